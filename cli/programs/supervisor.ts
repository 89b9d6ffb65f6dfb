// The programs of one home: started in order, started again when one ends by itself, and stopped together.
import { join } from 'node:path'
import { type Cancel, type Clock, KeysideError } from '@keyside/runtime'
import { type Child, type Message, type Program, startChild, stopChildren } from './children.ts'
import { LogFile } from './log-file.ts'
import { restartBackoff } from './restart-backoff.ts'

export interface SupervisorOptions {
  readonly home: string
  /** Those that the home has. */
  readonly programs: readonly Program[]
  readonly environment: NodeJS.ProcessEnv
  readonly clock: Clock
  /** Of the vault, when the executor's keychain is one. Kept in memory, for each time that the executor is started. */
  readonly passphrase?: string
  readonly logLevel?: string
  /** Every log line of every program, as it comes. */
  readonly onLine?: (program: Program, line: string) => void
  readonly onMessage?: (program: Program, message: Message) => void
  /** A program ended by itself: when it is started again, and whether that succeeded. */
  readonly onEnd?: (program: Program, text: string) => void
}

export interface Supervisor {
  /** Those that run now. */
  readonly children: ReadonlyMap<Program, Child>
  /** What each program said when it was ready for the first time. */
  readonly readyTexts: ReadonlyMap<Program, string>
  /** Resolves with the first program that ends by itself. */
  readonly firstExit: Promise<{ program: Program; code: number | null }>
  stop(): Promise<void>
}

/** Rejects with what the first program that failed said, after stopping the others. */
export async function startSupervisor(options: SupervisorOptions): Promise<Supervisor> {
  const programs = new Programs(options)
  try {
    // All need the broker. The engine comes last, so that its first signals find a connected device.
    await programs.start('broker')
    await Promise.all([
      programs.start('bot'),
      programs.start('authority'),
      programs.start('executor').then(() => programs.start('engine')),
    ])
  } catch (error) {
    await programs.stop()
    throw error
  }
  programs.keepRunning()
  return programs
}

class Programs implements Supervisor {
  readonly children = new Map<Program, Child>()
  readonly readyTexts = new Map<Program, string>()
  readonly firstExit: Promise<{ program: Program; code: number | null }>
  readonly #options: SupervisorOptions
  readonly #logs: string
  readonly #break: (ended: { program: Program; code: number | null }) => void
  readonly #files = new Map<string, LogFile>()
  readonly #waits = new Set<Cancel>()
  readonly #stopping = new AbortController()

  constructor(options: SupervisorOptions) {
    this.#options = options
    const { promise, resolve } = Promise.withResolvers<{ program: Program; code: number | null }>()
    this.firstExit = promise
    this.#break = resolve
    this.#logs = join(options.home, 'logs')
  }

  /** One that the home does not have is not missed. */
  async start(program: Program): Promise<void> {
    this.#stopping.signal.throwIfAborted()
    if (!this.#options.programs.includes(program)) return
    this.readyTexts.set(program, await this.#launch(program).ready)
  }

  keepRunning(): void {
    for (const program of this.#options.programs) void this.#keep(program)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    for (const cancel of this.#waits) cancel()
    const { broker = [], others = [] } = Object.groupBy(this.children.values(), ({ program }) =>
      program === 'broker' ? 'broker' : 'others',
    )
    // The broker last: the others publish their offline presence.
    await stopChildren(others)
    await stopChildren(broker)
  }

  #launch(program: Program): Child {
    const { home, environment, passphrase, logLevel, onLine, onMessage } = this.#options
    const child = startChild(
      program,
      {
        home,
        ...(program === 'executor' && passphrase && { passphrase }),
        ...(logLevel && { logLevel }),
        onLine: (name, line) => {
          this.#log(name, line)
          onLine?.(name, line)
        },
        ...(onMessage && { onMessage }),
      },
      environment,
    )
    this.children.set(program, child)
    return child
  }

  /** Restarts the program whenever it ends, for as long as this process runs. */
  async #keep(program: Program): Promise<void> {
    const { clock } = this.#options
    for (let failures = 0, began = clock.now(), reason = ''; ; ) {
      const child = this.children.get(program)
      const code = (await child?.exited) ?? null
      if (this.#stopping.signal.aborted) return
      this.#break({ program, code })
      const end = reason === '' ? 'unexpected' : 'explained'
      const next = restartBackoff(failures, end, clock.now() - began)
      failures = next.failures
      const what = reason || `ended by itself (${child?.process.signalCode ?? `exit code ${code}`})`
      this.#say(program, `${what}; started again in ${next.waitMs / 1_000} s, the others go on`)
      await this.#wait(next.waitMs)
      if (this.#stopping.signal.aborted) return
      began = clock.now()
      reason = await this.#again(program)
    }
  }

  /** Why it did not start; empty when it did, or gave no reason. */
  async #again(program: Program): Promise<string> {
    try {
      this.#say(program, `started again: ${await this.#launch(program).ready}`)
      return ''
    } catch (error) {
      if (!(error instanceof KeysideError)) return ''
      return `could not start: ${error.message.replace(`${program}: `, '')} (${error.code})`
    }
  }

  async #wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = this.#options.clock.after(ms, resolve)
    const wait = () => {
      cancel()
      resolve()
    }
    this.#waits.add(wait)
    await promise
    this.#waits.delete(wait)
  }

  #say(program: Program, text: string): void {
    if (this.#stopping.signal.aborted) return
    const time = new Date(this.#options.clock.now()).toISOString()
    this.#log(
      program,
      JSON.stringify({ level: 40, time, program: 'up', msg: `${program}: ${text}` }),
    )
    this.#options.onEnd?.(program, text)
  }

  #log(program: Program, line: string): void {
    let file = this.#files.get(program)
    if (file === undefined) {
      file = new LogFile(join(this.#logs, `${program}.log`))
      this.#files.set(program, file)
    }
    file.write(line)
  }
}
