// The trader's device: starts the executor, loses it to crashes, a bad disk and policy changes, and starts it again.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assemble } from '../executor/assemble.ts'
import type { Input } from '../executor/core/execution/inputs.ts'
import type { State } from '../executor/core/model/state.ts'
import type { Policy } from '../executor/core/risk/policy/schema.ts'
import { openFromBot, openFromEngine } from '../executor/open-message.ts'
import { acceptPolicy, readPolicyText, requirePolicy } from '../executor/policy/policy-file.ts'
import { Publisher } from '../executor/report/publisher.ts'
import type { Shell } from '../executor/shell.ts'
import { unhalt } from '../executor/unhalt.ts'
import { GENESIS, reportTopic } from '../protocol/index.ts'
import { type Clock, KeysideError, noTrace } from '../runtime/index.ts'
import { SimulatedExchange } from './exchange.ts'
import { FragileJournal } from './journal.ts'
import { CODE_SECRET, DEVICE, DEVICE_KEY, RINGS, SALT } from './keys.ts'
import type { Network } from './network.ts'
import { drawPolicy } from './policies.ts'
import type { Simulation } from './simulation.ts'
import type { Venue, VenueOrder } from './venue.ts'

export interface Message {
  readonly line: 'signals' | 'home'
  readonly topic: string
  readonly token: string
  readonly retained: boolean
}

export interface DeviceOptions {
  readonly simulation: Simulation
  readonly network: Network
  readonly venue: Venue
  /** KEYSIDE_HOME. */
  readonly home: string
  /** After each commit. */
  readonly onCommit: (journal: FragileJournal, policy: Policy) => void
  readonly onTaken: (order: VenueOrder) => void
  readonly onCancel: (clientOrderId: string) => void
  readonly onReport: (token: string) => void
  readonly onHeard: (before: State, input: Input, after: State) => void
  readonly onForged: (before: State, after: State, expected: readonly string[]) => void
  /** What the provider's broker keeps for a device that connects. */
  readonly retained: () => readonly Message[]
}

interface Life {
  readonly journal: FragileJournal
  readonly policy: Policy
  state: 'here' | 'failed' | 'gone'
  exchange: SimulatedExchange | null
  shell: Shell | null
  /** Unix ms. */
  readonly since: number
}

/** Chance at each point where a process can die, in the worst fault window. */
const CRASH_CHANCE = 0.08
const DISK_CHANCE = 0.3
const CONNECT_MS = 50
const MAX_HEARD = 30
/** Of the clock, ms. */
const CLOCK_ERRORS = [-3_000, -1_500, -700, 700, 1_500, 3_000]
const CLOCK_JUMPS = [-93_600_000, -7_200_000, -50_000, 50_000, 120_000, 7_200_000, 18_000_000]

export class Device {
  readonly #options: DeviceOptions
  readonly #simulation: Simulation
  #life: Life | null = null
  readonly #heard: Message[] = []
  /** The clock's error from a true time on, newest first. */
  readonly #offsets: { from: number; ms: number }[] = []
  #start: 'planned' | 'none' = 'none'

  constructor(options: DeviceOptions) {
    this.#options = options
    this.#simulation = options.simulation
  }

  run(): void {
    this.#writePolicy()
    this.#startAfter(0)
    const { faultWindows, scheduler, random, start } = this.#simulation
    for (const kind of ['clock', 'jump'] as const)
      for (const { from, to } of faultWindows.periods(kind)) {
        const offset = random.pick(kind === 'clock' ? CLOCK_ERRORS : CLOCK_JUMPS)
        scheduler.after(from - start, () => this.#setClock(offset))
        scheduler.after(to - start, () => this.#setClock(0))
      }
  }

  #setClock(ms: number): void {
    if (ms === this.#offsetAt(this.#simulation.scheduler.now())) return
    this.#offsets.unshift({ from: this.#simulation.scheduler.now(), ms })
    const name = ms === 0 ? 'clock set right' : Math.abs(ms) > 3_000 ? 'clock jump' : 'clock off'
    this.#simulation.trouble(name, `${ms} ms`, 0)
    if (ms === 0) this.#life?.exchange?.measureSkew()
  }

  #offsetAt(at: number): number {
    return this.#offsets.find(({ from }) => from <= at)?.ms ?? 0
  }

  /** True when the clock was set less than `ms` ago. */
  wasJustSet(ms: number): boolean {
    return (this.#offsets[0]?.from ?? 0) > this.#simulation.scheduler.now() - ms
  }

  /** Null while the executor is not running. */
  running(): { shell: Shell; policy: Policy; since: number } | null {
    const life = this.#life
    if (life?.state !== 'here' || life.shell === null) return null
    return { shell: life.shell, policy: life.policy, since: life.since }
  }

  /** The device's clock, Unix ms. */
  now(): number {
    const now = this.#simulation.scheduler.now()
    return now + this.#offsetAt(now)
  }

  lastReport(): number {
    return this.#life?.state === 'here' ? this.#life.journal.lastReport() : 0
  }

  hear(message: Message): void {
    const life = this.#life
    if (life?.shell === null || life?.state !== 'here' || this.#dies('when a message comes')) return
    const before = life.shell.state()
    const input = this.#open(message)
    this.#take(life, input)
    if (!this.#isHere(life)) return
    this.#options.onHeard(before, input, life.shell.state())
    if (input.type === 'garbage') return
    this.#heard.push(message)
    if (this.#heard.length > MAX_HEARD) this.#heard.shift()
  }

  /** After what is due anyway: what changes then, this message has changed. */
  hearForged(message: Message, expected: readonly string[]): void {
    const life = this.#life
    if (life?.shell === null || life?.state !== 'here') return
    this.#take(life, { type: 'tick' })
    if (!this.#isHere(life)) return
    const before = life.shell.state()
    this.#take(life, this.#open(message))
    if (this.#isHere(life)) this.#options.onForged(before, life.shell.state(), expected)
  }

  /** The last messages that were read, oldest first. */
  heard(): readonly Message[] {
    return this.#heard
  }

  #open({ line, ...message }: Message): Input {
    const now = this.now()
    if (line === 'signals') return openFromEngine(RINGS, { ...message, now })
    return openFromBot(RINGS, DEVICE, { ...message, now })
  }

  #take(life: Life, input: Input): void {
    try {
      life.shell?.take(input)
    } catch (error) {
      this.#blame(life, error)
    }
  }

  #isHere(life: Life): boolean {
    return life.state === 'here'
  }

  /** An error is a fault that was made here, or a bug. */
  #blame(life: Life, error: unknown): void {
    if (life.state !== 'here') return
    this.#simulation.violate('no input is dropped', String(error))
  }

  #startAfter(ms: number): void {
    if (this.#start === 'planned') return
    this.#start = 'planned'
    this.#simulation.scheduler.after(ms, () => {
      this.#start = 'none'
      this.#begin().catch((error: unknown) => this.#notStarted(error))
    })
  }

  /** As start-executor.ts composes it, without the links. */
  async #begin(): Promise<void> {
    if (this.#life !== null && this.#life.state !== 'gone') return
    const life = this.#newLife()
    this.#life = life
    const exchange = this.#exchangeFor(life)
    life.exchange = exchange
    await exchange.start()
    if (this.#dies('while it starts')) return
    const clock = this.#clockFor(life)
    life.shell = assemble({
      journal: life.journal,
      exchange,
      policy: life.policy,
      salt: SALT,
      codeSecret: CODE_SECRET,
      publisher: this.#publisherFor(life, clock),
      clock,
      trace: noTrace,
      log: { error: (...args: unknown[]) => this.#onLog(life, args) },
      onFailure: (error) => this.#onFailure(life, error),
    })
    this.#simulation.note('executor starts')
    life.shell.tryTake({ type: 'started' })
    for (const message of this.#options.retained())
      this.#simulation.scheduler.after(CONNECT_MS, () => this.hear(message))
  }

  #newLife(): Life {
    const { home } = this.#options
    const disk = {
      beforeCommit: (what: string) => this.#beforeCommit(life, what),
      afterCommit: (what: string) => this.#afterCommit(life, what),
    }
    const journal = new FragileJournal(join(home, 'journal.db'), disk)
    const policy = readAccepted(home, journal, this.now())
    const since = this.#simulation.scheduler.now()
    const life: Life = { journal, policy, state: 'here', exchange: null, shell: null, since }
    return life
  }

  #exchangeFor(life: Life): SimulatedExchange {
    const { simulation, venue, onTaken, onCancel } = this.#options
    return new SimulatedExchange({
      simulation,
      venue,
      now: () => this.now(),
      clockAt: (at) => at + this.#offsetAt(at),
      survives: (where) => life.state === 'here' && !this.#dies(where),
      onTaken,
      onCancel,
    })
  }

  #clockFor(life: Life): Clock {
    const { scheduler } = this.#simulation
    const whileHere = (run: () => void) => () => {
      if (life.state === 'here' && !this.#dies('when a timer ends')) run()
    }
    return {
      now: () => this.now(),
      after: (ms, run) => scheduler.after(ms, whileHere(run)),
      every: (ms, run) => scheduler.every(ms, whileHere(run)),
    }
  }

  #publisherFor(life: Life, clock: Clock): Publisher {
    const { network, onReport, simulation } = this.#options
    const log = { warn: () => undefined } as unknown as ConstructorParameters<
      typeof Publisher
    >[0]['log']
    const publisher = new Publisher({
      device: DEVICE,
      audience: 'bot',
      session: 'A'.repeat(22),
      journal: () => GENESIS,
      key: DEVICE_KEY,
      clock,
      randomBytes: (bytes) => simulation.random.bytes(bytes),
      log,
    })
    publisher.attach({
      ready: Promise.resolve(),
      connected: () => life.state === 'here',
      subscribe: async () => undefined,
      publish: async (topic, token) => {
        if (topic === reportTopic(DEVICE)) network.send('report', () => onReport(token))
      },
      close: async () => undefined,
    })
    return publisher
  }

  #onLog(life: Life, args: readonly unknown[]): void {
    if (life.state !== 'here') return
    const [{ err }, message] = args as [{ err: unknown }, string]
    const invariant = message === 'effect failed' ? 'no effect fails' : 'no input is dropped'
    this.#simulation.violate(invariant, `${message}: ${String(err)}`)
  }

  #notStarted(error: unknown): void {
    const known = error instanceof KeysideError && error.code === 'exchange_unreachable'
    this.#end()
    if (!known) this.#simulation.violate('the executor starts again', String(error))
    this.#startAfter(2_000)
  }

  #beforeCommit(life: Life, what: string): void {
    if (this.#dies(`before the commit of ${what}`)) throw new Error('the process is gone')
    const { random, faultWindows, scheduler } = this.#simulation
    if (!random.chance(DISK_CHANCE * faultWindows.strength('disk', scheduler.now()))) return
    if (random.chance(0.5)) life.journal.fill()
    else this.#breakDisk(life, 'nothing was written')
  }

  #afterCommit(life: Life, what: string): void {
    this.#options.onCommit(life.journal, life.policy)
    if (this.#dies(`after the commit of ${what}`)) throw new Error('the process is gone')
    const { random, faultWindows, scheduler } = this.#simulation
    if (random.chance((DISK_CHANCE / 3) * faultWindows.strength('disk', scheduler.now())))
      this.#breakDisk(life, 'and all was written')
  }

  #breakDisk(life: Life, what: string): never {
    this.#simulation.fault('disk error', what)
    this.#fail(life)
    throw new KeysideError('journal_failed', 'the simulated disk has failed')
  }

  #onFailure(life: Life, error: KeysideError): undefined {
    if (life.state !== 'here') return
    if (!String(error.cause).includes('disk is full'))
      return this.#simulation.violate('the journal takes what it is given', String(error.cause))
    this.#simulation.fault('disk full')
    this.#fail(life)
  }

  /** It accepts nothing any more; it is started again. */
  #fail(life: Life): void {
    life.state = 'failed'
    const { scheduler, random } = this.#simulation
    scheduler.after(random.between(1_000, 10_000), () => {
      if (this.#life !== life) return
      this.#end()
      this.#startAfter(200)
    })
  }

  /** True when the process dies here, or is dead. */
  #dies(where: string): boolean {
    const life = this.#life
    if (life?.state !== 'here') return true
    const { random, faultWindows, scheduler } = this.#simulation
    if (!random.chance(CRASH_CHANCE * faultWindows.strength('crash', scheduler.now()))) return false
    this.#simulation.crash(where)
    this.#end()
    this.#startAfter(random.pick([10, 500, 5_000, 20_000]))
    return true
  }

  #end(): void {
    const life = this.#life
    if (life === null || life.state === 'gone') return
    life.state = 'gone'
    life.shell?.stop()
    void life.exchange?.stop()
    life.journal.close()
  }

  /** At the device's terminal: stop, edit, accept, start. */
  changePolicy(): undefined {
    this.#end()
    this.#simulation.note('the policy is changed')
    this.#writePolicy()
    this.#startAfter(500)
  }

  #writePolicy(): void {
    const { home } = this.#options
    writeFileSync(join(home, 'policy.yaml'), drawPolicy(this.#simulation.random))
    acceptPolicy({ home }, this.now())
  }

  unhalt(): undefined {
    this.#end()
    unhalt(this.#options.home, { now: this.now(), by: 'device' })
    this.#startAfter(500)
  }

  /** Whatever was wrong with it. */
  heal(): void {
    if (this.#life?.state !== 'here') {
      this.#end()
      this.#startAfter(0)
    }
    this.#life?.exchange?.measureSkew()
  }

  close(): void {
    this.#end()
  }
}

function readAccepted(home: string, journal: FragileJournal, now: number): Policy {
  try {
    return requirePolicy(readPolicyText({ home }), journal.database(), now).policy
  } catch (error) {
    journal.close()
    throw error
  }
}
