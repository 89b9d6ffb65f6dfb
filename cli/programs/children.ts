// Programs as child processes: each alone with what it may see, all gone when the parent goes.
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import {
  BOT_MEMORY,
  BROKER_MEMORY,
  type Environment,
  installed,
  KeysideError,
  SMALL_MEMORY,
} from '@keyside/runtime'
import { z } from 'zod'
import { answerKeychain, keychainQuestion } from './keychain-relay.ts'
import { PROGRAMS, type Program } from './program-names.ts'
import { reachable } from './reachable.ts'
import { RULES, type Rules } from './rules.ts'
import { sectionOf, wallFlags, wallsOf } from './walls.ts'

export { PROGRAMS, type Program }

/** Messages from a program to its parent. */
export const message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), text: z.string() }),
  z.object({ type: z.literal('claim'), code: z.string(), bot: z.string() }),
  z.object({ type: z.literal('failed'), code: z.string(), message: z.string() }),
  keychainQuestion,
])
export type Message = z.infer<typeof message>

export interface Child {
  readonly program: Program
  readonly process: ChildProcess
  /** Resolves when the program is ready; rejects with its own message when it could not start. */
  readonly ready: Promise<string>
  readonly exited: Promise<number | null>
}

export interface ChildOptions {
  readonly home: string
  /** In what it says of itself, where there are several of one program. */
  readonly name?: string
  /** Given to this child alone, on its standard input: never in an argument or the environment. */
  readonly passphrase?: string
  readonly logLevel?: string
  readonly onLine?: (program: Program, line: string) => void
  readonly onMessage?: (program: Program, message: Message) => void
}

/** Besides KEYSIDE_*, a child gets these variables and nothing else of the parent's environment. */
const PASSED_ON = [
  'PATH',
  'HOME',
  'LANG',
  'TZ',
  'DBUS_SESSION_BUS_ADDRESS',
  'XDG_RUNTIME_DIR',
  'DISPLAY',
  'NODE_EXTRA_CA_CERTS',
]

export function startChild(
  program: Program,
  options: ChildOptions,
  environment: NodeJS.ProcessEnv,
): Child {
  const env = {
    ...passedOn(environment),
    KEYSIDE_HOME: options.home,
    ...(options.logLevel && { KEYSIDE_LOG: options.logLevel }),
  }
  const command = walledCommand(program, options.home, env)
  const child = spawn(process.execPath, command.words, {
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    env: command.env,
  })
  const { name = program } = options
  // A child that ends at once causes EPIPE; its exit is handled below.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(options.passphrase === undefined ? '' : `${options.passphrase}\n`)
  const { promise: ready, resolve, reject } = Promise.withResolvers<string>()
  ready.catch(() => undefined)
  const exited = new Promise<number | null>((done) => child.once('exit', (code) => done(code)))
  child.on('message', (raw) => {
    const told = message.safeParse(raw).data
    if (told === undefined) return
    if (told.type === 'ready') resolve(told.text)
    if (told.type === 'failed') reject(new KeysideError(told.code, `${name}: ${told.message}`))
    if (told.type === 'keychain')
      return void answerKeychain(program, child, { home: options.home, environment: env }, told)
    options.onMessage?.(program, told)
  })
  void exited.then((code) =>
    reject(new Error(`${name} ended with exit code ${code} before it was ready`)),
  )
  for (const stream of [child.stdout, child.stderr])
    if (stream)
      createInterface({ input: stream }).on('line', (line) => options.onLine?.(program, line))
  return { program, process: child, ready, exited }
}

function passedOn(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => PASSED_ON.includes(name) || name.startsWith('KEYSIDE_'),
    ),
  )
}

/** Of a program behind its walls: what is said to Node, and its environment. */
export function walledCommand(program: Program, home: string, environment: Environment) {
  const section = sectionOf(program, home, environment)
  const walls = wallsOf(program, home, environment)
  const outgoing = reachable(program, section, home)
  return {
    words: [
      '--disable-sigusr1',
      ...flags(program, section),
      ...wallFlags(walls),
      installed('cli/main.js'),
      program,
    ],
    env: {
      ...environment,
      // It may not begin in the folder in which this process is.
      KEYSIDE_HOME: home,
      [RULES]: JSON.stringify({ starts: walls.starts, outgoing } satisfies Rules),
    },
  }
}

/** Beside no debugger by signal: no prototype setter, no environment in a crash report, and how much memory. */
function flags(program: Program, section: Readonly<Record<string, unknown>>): readonly string[] {
  if (program === 'broker') return BROKER_MEMORY
  if (program === 'bot') return BOT_MEMORY
  // One that signs for others may have thousands of strategies, which would need a fifth more CPU.
  if (program === 'engine' && section['bot'] === undefined) return []
  if (program !== 'executor') return [SMALL_MEMORY]
  return ['--disable-proto=delete', '--report-exclude-env', SMALL_MEMORY]
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
