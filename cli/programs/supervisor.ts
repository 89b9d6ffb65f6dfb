// The programs of one home: started in order, started again when one ends by itself, and stopped together.
import { join } from 'node:path'
import { type Cancel, type Clock, describeError, KeysideError } from '@keyside/runtime/base'
import { type Child, type Command, startChild, stopChildren } from './children.ts'
import { LogFile } from './log-file.ts'
import type { Message } from './messages.ts'
import { type Program, programOf, type Service } from './program-names.ts'
import { restartBackoff } from './restart-backoff.ts'

export interface SupervisorOptions {
  readonly home: string
  /** Those that the home has. */
  readonly programs: readonly Program[]
  /** Those beside the home's own, each with an executor. */
  readonly accounts?: readonly { readonly name: string; readonly home: string }[]
  /** How the home's own is called, where there are accounts beside it. */
  readonly ownAccount?: string
  /** Asked before each start. */
  readonly commandOf: (service: Service) => Command | Promise<Command>
  readonly clock: Clock
  /** Passphrase of the vaults, if there are any. Kept in memory, because executors may be restarted. */
  readonly passphrase?: string
  /** Every log line of every program, as it comes. */
  readonly onLine?: (service: Service, line: string) => void
  readonly onMessage?: (service: Service, message: Message) => void
  /** A program ended by itself: when it is started again, and whether that succeeded. */
  readonly onEnd?: (service: Service, text: string) => void
}

export interface Supervisor {
  /** Those that run now. */
  readonly children: ReadonlyMap<Service, Child>
  /** What each program said when it was ready for the first time. */
  readonly readyTexts: ReadonlyMap<Service, string>
  /** Resolves with the first program that ends by itself. */
  readonly firstExit: Promise<{ program: Service; code: number | null }>
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
      programs.startExecutors().then(() => programs.start('engine')),
    ])
  } catch (error) {
    await programs.stop()
    throw error
  }
  programs.keepRunning()
  return programs
}

class Programs implements Supervisor {
  readonly children = new Map<Service, Child>()
  readonly readyTexts = new Map<Service, string>()
  readonly firstExit: Promise<{ program: Service; code: number | null }>
  readonly #options: SupervisorOptions
  readonly #logs: string
  readonly #break: (ended: { program: Service; code: number | null }) => void
  readonly #files = new Map<string, LogFile>()
  readonly #waits = new Set<Cancel>()
  readonly #stopping = new AbortController()

  constructor(options: SupervisorOptions) {
    this.#options = options
    const { promise, resolve } = Promise.withResolvers<{ program: Service; code: number | null }>()
    this.firstExit = promise
    this.#break = resolve
    this.#logs = join(options.home, 'logs')
  }

  /** One that the home does not have is not missed. */
  async start(service: Service): Promise<void> {
    this.#stopping.signal.throwIfAborted()
    if (!this.#services().includes(service)) return
    const child = await this.#launch(service)
    this.readyTexts.set(service, await child.ready)
  }

  async startExecutors(): Promise<void> {
    const all = this.#services().filter((service) => programOf(service) === 'executor')
    await Promise.all(all.map((service) => this.start(service)))
  }

  keepRunning(): void {
    for (const service of this.#services()) void this.#keep(service)
  }

  #services(): readonly Service[] {
    const { programs, accounts = [] } = this.#options
    return [...programs, ...accounts.map(({ name }): Service => `executor-${name}`)]
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

  /** Throws where it is to stop meanwhile. */
  async #launch(service: Service): Promise<Child> {
    const { commandOf, ownAccount, passphrase, onLine, onMessage } = this.#options
    const command = await commandOf(service)
    this.#stopping.signal.throwIfAborted()
    const program = programOf(service)
    const account = this.#options.accounts?.find(({ name }) => service === `executor-${name}`)
    const named = account?.name ?? (program === 'executor' ? ownAccount : undefined)
    const child = startChild(program, command, {
      home: account?.home ?? this.#options.home,
      name: service,
      ...(named !== undefined && { account: named }),
      ...(program === 'executor' && passphrase && { passphrase }),
      onLine: (_, line) => {
        this.#log(service, line)
        onLine?.(service, line)
      },
      onMessage: (_, message) => onMessage?.(service, message),
    })
    this.children.set(service, child)
    return child
  }

  /** Restarts the program whenever it ends, for as long as this process runs. */
  async #keep(service: Service): Promise<void> {
    const { clock } = this.#options
    for (let failures = 0, began = clock.now(), reason = ''; ; ) {
      const child = this.children.get(service)
      const code = (await child?.exited) ?? null
      if (this.#stopping.signal.aborted) return
      this.#break({ program: service, code })
      const end = reason === '' ? 'unexpected' : 'explained'
      const next = restartBackoff(failures, end, clock.now() - began)
      failures = next.failures
      const what = reason || `ended by itself (${child?.process.signalCode ?? `exit code ${code}`})`
      this.#say(service, `${what}; started again in ${next.waitMs / 1_000} s, the others go on`)
      await this.#wait(next.waitMs)
      if (this.#stopping.signal.aborted) return
      began = clock.now()
      reason = await this.#again(service)
    }
  }

  /** Why it did not start; empty when it did, or gave no reason. */
  async #again(service: Service): Promise<string> {
    try {
      const child = await this.#launch(service)
      // Without a reason its exit code or signal is told.
      const text = await child.ready.catch((error) => {
        if (error instanceof KeysideError) throw error
        return null
      })
      if (text !== null) this.#say(service, `started again: ${text}`)
      return ''
    } catch (error) {
      const { message, code } = describeError(error)
      return `could not start: ${message.replace(`${service}: `, '')}${code === undefined ? '' : ` (${code})`}`
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

  #say(service: Service, text: string): void {
    if (this.#stopping.signal.aborted) return
    const time = new Date(this.#options.clock.now()).toISOString()
    this.#log(
      service,
      JSON.stringify({ level: 40, time, program: 'up', msg: `${service}: ${text}` }),
    )
    this.#options.onEnd?.(service, text)
  }

  #log(service: Service, line: string): void {
    let file = this.#files.get(service)
    if (file === undefined) {
      file = new LogFile(join(this.#logs, `${service}.log`))
      this.#files.set(service, file)
    }
    file.write(line)
  }
}
