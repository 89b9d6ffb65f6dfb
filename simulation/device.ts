// The trader's device: starts the executor, loses it to crashes, a bad disk and policy changes, and starts it again.
import { join } from 'node:path'
import { clientOrderIds } from '../executor/client-order-id.ts'
import type { Input } from '../executor/core/execution/inputs.ts'
import type { Policy } from '../executor/core/risk/policy/schema.ts'
import { Shell } from '../executor/shell.ts'
import { unhalt } from '../executor/unhalt.ts'
import { type Clock, KeysideError, noTrace } from '../runtime/index.ts'
import { DeviceClock } from './device-clock.ts'
import type { DeviceOptions, Life } from './device-options.ts'
import { exchangeOf } from './forgetful-exchange.ts'
import { FaultyDisk, FragileJournal } from './journal.ts'
import { CODE_SECRET, SALT } from './keys.ts'
import { type Message, verifyMessage } from './network.ts'
import { acceptDrawnPolicy, readAcceptedPolicy } from './policies.ts'
import { reportPublisher } from './report-publisher.ts'
import type { Simulation } from './simulation.ts'

/** Chance at each point where a process can die, in the worst fault window. */
const CRASH_CHANCE = 0.08
const CONNECT_MS = 50
const MAX_HEARD = 30
export class Device {
  readonly clock: DeviceClock
  readonly #options: DeviceOptions
  readonly #simulation: Simulation
  #life: Life | null = null
  readonly #heard: Message[] = []
  #start: 'planned' | 'none' = 'none'

  constructor(options: DeviceOptions) {
    this.#options = options
    this.#simulation = options.simulation
    this.clock = new DeviceClock(options.simulation)
  }

  run(): void {
    this.#writePolicy()
    this.#startAfter(0)
    this.clock.run(() => this.#life?.exchange?.measureSkew())
  }

  /** Null while the process is dead. */
  journal(): FragileJournal | null {
    return this.#life?.state === 'here' ? this.#life.journal : null
  }

  /** Null while the executor is not running. */
  running(): { shell: Shell; policy: Policy; since: number } | null {
    const life = this.#life
    if (life?.state !== 'here' || life.shell === null) return null
    return { shell: life.shell, policy: life.policy, since: life.since }
  }

  /** The device's clock, Unix ms. */
  now(): number {
    return this.clock.now()
  }

  hear(message: Message): void {
    const life = this.#life
    if (life?.shell === null || life?.state !== 'here' || this.#dies('when a message comes')) return
    if (!this.#options.countsNow(message)) return
    const input = verifyMessage(message, this.now())
    if (!this.#hearInput(life, input) || input.type === 'invalid_message') return
    this.#heard.push(message)
    if (this.#heard.length > MAX_HEARD) this.#heard.shift()
  }

  /** What the shell has verified. False when nobody took it. */
  give(input: Input): boolean {
    const life = this.#life
    const isHere = life?.state === 'here' && life.shell !== null
    return isHere && !this.#dies('when a message comes') && this.#hearInput(life, input)
  }

  /** After what is due anyway: what changes then, this input has changed. False when the process is not here any more. */
  #hearInput(life: Life, input: Input): boolean {
    this.#settle(life)
    const before = life.shell?.state()
    if (before === undefined || !this.#isHere(life)) return false
    this.#take(life, input)
    if (!this.#isHere(life) || life.shell === null) return false
    this.#options.onHeard(before, input, life.shell.state())
    return true
  }

  /** After what is due anyway: what changes then, this message has changed. */
  hearForged(message: Message, expected: readonly string[]): void {
    const life = this.#life
    if (life?.shell === null || life?.state !== 'here') return
    this.#settle(life)
    if (!this.#isHere(life)) return
    const before = life.shell.state()
    this.#take(life, verifyMessage(message, this.now()))
    if (this.#isHere(life)) this.#options.onForged(before, life.shell.state(), expected)
  }

  /** The last messages that were read, oldest first. */
  heard(): readonly Message[] {
    return this.#heard
  }

  /** What one decision brings may be what the next one acts on: dust that is written off ends a discrepancy. */
  #settle(life: Life): void {
    // A limit on the number of decisions: a planted bug may cause an endless row of them.
    for (let ticks = 0; ticks < 10; ticks += 1) {
      const before = life.shell?.state().portfolio
      this.#take(life, { type: 'tick' })
      if (!this.#isHere(life) || life.shell?.state().portfolio === before) return
    }
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
    const { simulation, network, onReport } = this.#options
    const isConnected = () => life.state === 'here'
    life.shell = new Shell({
      unproved: () => [],
      journal: life.journal,
      exchange,
      policy: life.policy,
      clientOrderId: clientOrderIds(SALT),
      codeSecret: CODE_SECRET,
      publisher: reportPublisher({ simulation, network, clock, isConnected, onReport }),
      replay: async (ask) => {
        this.#options.onAskReplay(ask)
        return null
      },
      clock,
      trace: noTrace,
      log: { error: (...args: unknown[]) => this.#onLog(life, args) },
      onFailure: (error) => this.#onFailure(life, error),
    })
    this.#simulation.note('executor starts')
    life.shell.tryTake({ type: 'started' })
    for (const input of this.#options.introduced()) life.shell.tryTake(input)
    for (const message of this.#options.retained())
      this.#simulation.scheduler.after(CONNECT_MS, () => this.hear(message))
  }

  #newLife(): Life {
    const { home } = this.#options
    const disk = new FaultyDisk({
      simulation: this.#simulation,
      dies: (where) => this.#dies(where),
      fill: () => journal.fill(),
      onBroken: () => this.#fail(life),
      onCommit: () => this.#options.onCommit(journal, policy),
    })
    const journal = new FragileJournal(join(home, 'executor/journal.db'), disk)
    const policy = readAcceptedPolicy(home, journal, this.now())
    const since = this.#simulation.scheduler.now()
    const life: Life = { journal, policy, state: 'here', exchange: null, shell: null, since }
    return life
  }

  #exchangeFor(life: Life) {
    const { simulation, venue, onTaken, onCancel } = this.#options
    return exchangeOf({
      simulation,
      venue,
      now: () => this.now(),
      clockAt: (at) => this.clock.at(at),
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

  #onLog(life: Life, args: readonly unknown[]): void {
    if (life.state !== 'here') return
    const [{ err }, message] = args as [{ err: unknown }, string]
    const invariant = message === 'effect failed' ? 'no effect fails' : 'no input is dropped'
    this.#simulation.violate(invariant, `${message}: ${String(err)}`)
  }

  #notStarted(error: unknown): void {
    this.close()
    if (!(error instanceof KeysideError && error.code === 'exchange_unreachable'))
      this.#simulation.violate('the executor starts again', String(error))
    this.#startAfter(2_000)
  }

  #onFailure(life: Life, error: KeysideError): undefined {
    if (life.state !== 'here') return
    if (!String(error.cause).includes('disk is full'))
      return this.#simulation.violate('the journal takes what it is given', String(error.cause))
    this.#simulation.fault('disk full')
    this.#fail(life)
  }

  /** It accepts no more input, so it is started again. */
  #fail(life: Life): void {
    life.state = 'failed'
    const { scheduler, random } = this.#simulation
    scheduler.after(random.between(1_000, 10_000), () => {
      if (this.#life !== life) return
      this.close()
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
    this.close()
    this.#startAfter(random.pick([10, 500, 5_000, 20_000]))
    return true
  }

  close(): void {
    const life = this.#life
    if (life === null || life.state === 'gone') return
    life.state = 'gone'
    life.shell?.stop()
    void life.exchange?.stop()
    life.journal.close()
  }

  /** At the device's terminal: stop, edit, accept, start. */
  changePolicy(): undefined {
    this.close()
    this.#simulation.note('the policy is changed')
    this.#writePolicy()
    this.#startAfter(500)
  }

  #writePolicy(): void {
    acceptDrawnPolicy(this.#options.home, this.#simulation.random, this.now())
  }

  unhalt(): undefined {
    this.close()
    unhalt(this.#options.home, { now: this.now(), by: 'device' })
    this.#startAfter(500)
  }

  /** Whatever was wrong with it. */
  heal(): void {
    if (this.#life?.state !== 'here') {
      this.close()
      this.#startAfter(0)
    } else this.#life.journal.free()
    this.#life?.exchange?.measureSkew()
  }
}
