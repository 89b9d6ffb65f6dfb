// All four programs of one home, started in order and stopped together.
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Child, type Message, type Program, startChild, stopChildren } from './children.ts'

export interface ConstellationOptions {
  readonly home: string
  readonly environment: NodeJS.ProcessEnv
  /** Of the vault, when the executor's keychain is one. */
  readonly passphrase?: string
  readonly logLevel?: string
  /** Every log line of every program, as it comes. */
  readonly onLine?: (program: Program, line: string) => void
  readonly onMessage?: (program: Program, message: Message) => void
}

export interface Constellation {
  readonly children: ReadonlyMap<Program, Child>
  /** What each program said when it was ready. */
  readonly texts: ReadonlyMap<Program, string>
  /** Resolves with the first program that ends by itself. */
  readonly broken: Promise<{ program: Program; code: number | null }>
  stop(): Promise<void>
}

/** Rejects with what the first program that failed said, after stopping the others. */
export async function startConstellation(options: ConstellationOptions): Promise<Constellation> {
  const children = new Map<Program, Child>()
  const texts = new Map<Program, string>()
  const logs = join(options.home, 'logs')
  mkdirSync(logs, { recursive: true, mode: 0o700 })
  const start = (program: Program) => {
    const child = startChild(
      program,
      {
        home: options.home,
        ...(program === 'executor' && options.passphrase && { passphrase: options.passphrase }),
        ...(options.logLevel && { logLevel: options.logLevel }),
        onLine: (name, line) => {
          appendFileSync(join(logs, `${name}.log`), `${line}\n`, { mode: 0o600 })
          options.onLine?.(name, line)
        },
        ...(options.onMessage && { onMessage: options.onMessage }),
      },
      options.environment,
    )
    children.set(program, child)
    return child.ready.then((text) => texts.set(program, text))
  }
  const stop = async () => {
    const { broker = [], others = [] } = Object.groupBy(children.values(), ({ program }) =>
      program === 'broker' ? 'broker' : 'others',
    )
    // The broker last: the others say goodbye there.
    await stopChildren(others)
    await stopChildren(broker)
  }
  try {
    // All need the broker. The engine comes last: what it has to say at once should find a device that listens.
    await start('broker')
    await Promise.all([start('bot'), start('executor').then(() => start('engine'))])
  } catch (error) {
    await stop()
    throw error
  }
  const ends = [...children].map(([program, { exited }]) =>
    exited.then((code) => ({ program, code })),
  )
  return {
    children,
    texts,
    broken: Promise.race(ends),
    stop,
  }
}
