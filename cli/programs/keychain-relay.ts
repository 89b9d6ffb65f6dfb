// The system's keychain behind walls: its native code and the process that runs it are its parent's, and the program asks
// the parent. It may read the secrets of its own home, and change none.
import type { ChildProcess } from 'node:child_process'
import type { Keychain } from '@keyside/executor'
import { describeError, KeysideError } from '@keyside/runtime'
import { z } from 'zod'
import type { Program } from './program-names.ts'

const id = z.int()
/** From the program. */
export const keychainQuestion = z.strictObject({
  type: z.literal('keychain'),
  id,
  /** Of the secret; null for all names. */
  name: z.string().nullable(),
})
export type KeychainQuestion = z.infer<typeof keychainQuestion>

const keychainAnswer = z.union([
  z.strictObject({ type: z.literal('keychain'), id, value: z.string().nullable() }),
  z.strictObject({ type: z.literal('keychain'), id, names: z.array(z.string()) }),
  z.strictObject({ type: z.literal('keychain'), id, code: z.string(), message: z.string() }),
])
type KeychainAnswer = z.infer<typeof keychainAnswer>

interface Place {
  readonly home: string
  readonly environment: NodeJS.ProcessEnv
}

/** Of the parent. No other program has a secret there, so another one that asks is not what it was: it hears nothing. */
export async function answerKeychain(
  program: Program,
  child: Pick<ChildProcess, 'connected' | 'send'>,
  { home, environment }: Place,
  question: KeychainQuestion,
): Promise<void> {
  if (program !== 'executor') return
  const answer = await answerTo({ home, environment }, question)
  // One that has ended asks no more.
  if (child.connected) child.send(answer, () => undefined)
}

/** Never rejects: what the keychain refuses is an answer. */
async function answerTo(
  { home, environment }: Place,
  { type, id, name }: KeychainQuestion,
): Promise<KeychainAnswer> {
  try {
    const { openOsKeychain } = await import('@keyside/executor')
    const keychain = await openOsKeychain(home, { environment })
    if (name === null) return { type, id, names: [...(await keychain.names())] }
    return { type, id, value: await keychain.get(name) }
  } catch (error) {
    const code = error instanceof KeysideError ? error.code : 'keychain_unavailable'
    return { type, id, code, message: describeError(error).message }
  }
}

/** Of the program. Rejects with `keychain_unavailable`. */
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
