// Programs as child processes: each alone with what it may see, all gone when the parent goes.
import { type ChildProcess, spawn } from 'node:child_process'
import { commandsFor, KeysideError } from '@keyside/runtime/base'
import { answerKeychain } from './keychain-relay.ts'
import { onLines } from './lines.ts'
import { type Message, messageOf } from './messages.ts'
import type { Program } from './program-names.ts'

/** What is said to Node, and the environment; see `walled-command.ts`. */
export interface Command {
  readonly words: readonly string[]
  readonly env: NodeJS.ProcessEnv
}

export interface Child {
  readonly program: Program
  readonly process: ChildProcess
  /** Resolves when the program is ready; rejects with its own message when it could not start. */
  readonly ready: Promise<string>
  readonly exited: Promise<number | null>
}

export interface ChildOptions {
  readonly home: string
  /** Added to its log lines where several children run the same program. */
  readonly name?: string
  /** Where the home has several: named in each command that it tells a person. */
  readonly account?: string
  /** Given to this child alone, on its standard input: never in an argument or the environment. */
  readonly passphrase?: string
  readonly onLine?: (program: Program, line: string) => void
  readonly onMessage?: (program: Program, message: Message) => void
}

export function startChild(
  program: Program,
  { words, env }: Command,
  { home, name = program, account, passphrase, onLine, onMessage }: ChildOptions,
): Child {
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'pipe', 'ipc'], env })
  // A child that ends at once causes EPIPE; its exit is handled below.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(passphrase === undefined ? '' : `${passphrase}\n`)
  const { promise: ready, resolve, reject } = Promise.withResolvers<string>()
  ready.catch(() => undefined)
  const exited = new Promise<number | null>((done) => child.once('exit', (code) => done(code)))
  const said = (text: string) => commandsFor(account ?? null, text)
  child.on('message', (raw) => {
    const told = messageOf(raw)
    if (told === null) return
    if (told.type === 'ready') resolve(told.text)
    if (told.type === 'failed')
      reject(new KeysideError(told.code, `${name}: ${said(told.message)}`))
    if (told.type === 'keychain')
      return void answerKeychain(program, child, { home, environment: env }, told)
    onMessage?.(program, told)
  })
  void exited.then((code) =>
    reject(new Error(`${name} ended with exit code ${code} before it was ready`)),
  )
  for (const stream of [child.stdout, child.stderr])
    if (stream) onLines(stream, (line) => onLine?.(program, said(line)))
  return { program, process: child, ready, exited }
}

const GRACE_MS = 2_000

/** Asks all to stop, and ends those that do not within two seconds. */
export async function stopChildren(children: readonly Child[]): Promise<void> {
  for (const child of children) child.process.kill('SIGTERM')
  const deadline = setTimeout(() => {
    for (const child of children) child.process.kill('SIGKILL')
  }, GRACE_MS)
  await Promise.all(children.map((child) => child.exited))
  clearTimeout(deadline)
}
