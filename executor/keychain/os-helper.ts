// The calls of the system keychain's native code: a process of their own, asked by os.ts.
import { serve } from '@keyside/runtime/serve'
import type { Call } from './os.ts'

type Keytar = typeof import('keytar')

serve(async (question) => {
  const [name, ...args] = question as Call
  const keytar = await load()
  return (keytar[name] as (...given: readonly string[]) => Promise<unknown>)(...args)
})

/** Late, because the native module does not load where libsecret is missing or the processor is another one. */
async function load(): Promise<Keytar> {
  const module: { default?: Keytar } & Keytar = await import('keytar')
  return module.default ?? module
}
