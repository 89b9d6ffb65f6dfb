// The system's keychain as a program behind walls has it: asked of its parent (`keychain-relay.ts`), and read only.
import type { Keychain } from '@keyside/executor'
import { KeysideError } from '@keyside/runtime'
import { z } from 'zod'
import type { KeychainAnswer } from './keychain-relay.ts'
import type { KeychainQuestion } from './messages.ts'

const id = z.int()
const keychainAnswer: z.ZodType<KeychainAnswer> = z.union([
  z.strictObject({ type: z.literal('keychain'), id, value: z.string().nullable() }),
  z.strictObject({ type: z.literal('keychain'), id, names: z.array(z.string()) }),
  z.strictObject({ type: z.literal('keychain'), id, code: z.string(), message: z.string() }),
])

/** Rejects with `keychain_unavailable`. */
export async function openParentKeychain(): Promise<Keychain> {
  const asked = new Map<number, (answer: KeychainAnswer) => void>()
  process.on('message', (raw) => {
    const answer = keychainAnswer.safeParse(raw).data
    if (answer === undefined) return
    asked.get(answer.id)?.(answer)
    asked.delete(answer.id)
  })
  let last = 0
  const ask = async (name: string | null) => {
    const { promise, resolve } = Promise.withResolvers<KeychainAnswer>()
    const id = ++last
    asked.set(id, resolve)
    process.send?.({ type: 'keychain', id, name } satisfies KeychainQuestion)
    const answer = await promise
    if ('code' in answer) throw new KeysideError(answer.code, answer.message)
    return answer
  }
  const names = async () => {
    const answer = await ask(null)
    return 'names' in answer ? answer.names : []
  }
  // A missing one is noticed now.
  await names()
  return {
    kind: 'os',
    get: async (name) => {
      const answer = await ask(name)
      return 'value' in answer ? answer.value : null
    },
    names,
    set: () => Promise.reject(readOnly()),
    remove: () => Promise.reject(readOnly()),
  }
}

function readOnly(): Error {
  return new Error('a running program changes nothing in the keychain')
}
