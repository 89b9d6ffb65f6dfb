// The system's keychain behind walls: its native code and the process that runs it are its parent's, and the program asks
// the parent. It may read the secrets of its own home, and change none.
import type { ChildProcess } from 'node:child_process'
import { openOsKeychain } from '@keyside/executor/os-keychain'
import { describeError, KeysideError } from '@keyside/runtime/base'
import type { KeychainQuestion } from './messages.ts'
import type { Program } from './program-names.ts'

export type KeychainAnswer = { readonly type: 'keychain'; readonly id: number } & (
  | { readonly value: string | null }
  | { readonly names: readonly string[] }
  | { readonly code: string; readonly message: string }
)

interface Place {
  readonly home: string
  readonly environment: NodeJS.ProcessEnv
}

/** Run by the parent. Only the executor has secrets there, so any other program that asks is compromised and gets no answer. */
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
    const keychain = await openOsKeychain(home, { environment })
    if (name === null) return { type, id, names: await keychain.names() }
    return { type, id, value: await keychain.get(name) }
  } catch (error) {
    const code = error instanceof KeysideError ? error.code : 'keychain_unavailable'
    return { type, id, code, message: describeError(error).message }
  }
}
