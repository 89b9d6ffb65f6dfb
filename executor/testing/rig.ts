// A whole executor without brokers for the tests: real journal, core, policy and plan; time and exchange are ours.
import { type Approval, GENESIS, type Head, hashText, type Signal } from '@keyside/protocol'
import { type Clock, noTrace } from '@keyside/runtime'
import { pino } from 'pino'
import { clientOrderIds } from '../client-order-id.ts'
import type { Environment, Input } from '../core/execution/inputs.ts'
import type { ProviderStatus } from '../core/model/provider.ts'
import type { StreamHead } from '../core/model/session.ts'
import type { State } from '../core/model/state.ts'
import type { Policy } from '../core/risk/policy/schema.ts'
import { Journal, type OutboxReport } from '../journal/journal.ts'
import { loadPolicy } from '../policy/load.ts'
import { environmentOf, Shell, type ShellOptions } from '../shell.ts'
import { FakeExchange } from './fake-exchange.ts'

export const START = 1_800_000_000_000
/** The clock of these tests is manual: another program that holds the journal is not waited for with the clock of the machine. */
const NO_WAIT = { busyMs: 0 }
const ENGINE_KID = hashText('engine')
const SIGNED = { provider: 'home', kid: ENGINE_KID }
const clientOrderId = clientOrderIds(new Uint8Array(32).fill(7))
const log = pino({ level: 'silent' })

export function policyOf(approval = 'never', streams: readonly string[] = ['demo']): Policy {
  const loaded = loadPolicy(`version: 1
currency: USDT
markets: [BTC/USDT]
streams: { ${streams.map((name) => `${onDevice(name)}: { allocation: 1000 }`).join(', ')} }
limits:
  order: 500
  day: 2000
  orders_per_minute: 600
  orders_per_day: 10000
  round_trips: 1000
  day_loss: 100000
  drawdown: 100000
max_stop_distance: optional
fat_finger: 1000
duplicate_window: never
reentry_cooldown: never
approval: ${approval}
`)
  if (!loaded.ok) throw new Error(loaded.message)
  return loaded.policy
}

/** A stream of the trader's own engine where no provider is named. */
function onDevice(name: string): string {
  return name.includes('/') ? name : `home/${name}`
}

/** Manual clock. */
export class TestClock implements Clock {
  #now = START
  #timers: { at: number; run: () => void }[] = []

  now(): number {
    return this.#now
  }

  after(ms: number, run: () => void) {
    const timer = { at: this.#now + ms, run }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer)
    }
  }

  every(): () => void {
    throw new Error('nothing under test repeats by itself')
  }

  /** As a person or a time server does it: what waits, waits as long as before. */
  setBack(ms: number): void {
    this.#now -= ms
    for (const timer of this.#timers) timer.at -= ms
  }

  /** Goes on to the end of `ms`, running on the way what is due, and lets every answer arrive. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      await settled()
      const next = this.#timers.toSorted((a, b) => a.at - b.at)[0]
      if (next === undefined || next.at > end) break
      this.#timers = this.#timers.filter((one) => one !== next)
      this.#now = Math.max(this.#now, next.at)
      next.run()
    }
    this.#now = end
    await settled()
  }
}

/** Answers of the exchange in memory come in microtasks: after one macrotask all are here. */
function settled(): Promise<void> {
  return new Promise((done) => setImmediate(done))
}

export class TestExecutor {
  readonly clock: TestClock
  readonly exchange: FakeExchange
  readonly reports: OutboxReport[] = []
  policy: Policy
  /** Number of the chat's last change that it takes the place of. */
  tighteningsEnded = 0
  /** Of the trader's authenticator; null without one. */
  codeSecret: Uint8Array | null = null
  homeLink: Environment['homeLink'] = 'local'
  /** What the venue itself has not shown. */
  unproved: readonly string[] = []
  readonly path: string
  journal: Journal
  #shell: Shell
  failure: unknown = null
  #seq = 0
  #hash = GENESIS

  constructor({ approval = 'never', path = ':memory:', streams = ['demo'] } = {}) {
    this.policy = policyOf(approval, streams)
    this.path = path
    this.clock = new TestClock()
    this.exchange = new FakeExchange(() => this.clock.now())
    this.journal = new Journal(path, NO_WAIT)
    this.#shell = this.#open()
  }

  #open(): Shell {
    const shell = new Shell(this.#parts())
    this.#bury = () => shell.stop()
    shell.take({ type: 'started' })
    shell.take(followed('home'))
    return shell
  }

  #parts(): ShellOptions {
    const rig = this
    return {
      journal: this.journal,
      exchange: this.exchange,
      get policy() {
        return rig.policy
      },
      get tighteningsEnded() {
        return rig.tighteningsEnded
      },
      clientOrderId,
      get codeSecret() {
        return rig.codeSecret
      },
      unproved: () => this.unproved,
      homeLink: () => this.homeLink,
      publisher: { send: (reports) => void this.reports.push(...reports) },
      clock: this.clock,
      trace: noTrace,
      log,
      onFailure: (error) => {
        this.failure = error
      },
    }
  }

  #bury: () => void = () => undefined

  environment(): Environment {
    return environmentOf(this.#parts())
  }

  /** The process dies and starts again on the same journal: only what was committed is left. */
  crash(): void {
    this.#bury()
    if (this.path !== ':memory:') {
      this.journal.close()
      this.journal = new Journal(this.path, NO_WAIT)
    }
    this.#shell = this.#open()
  }

  /** The process stops, until `crash` starts it again. */
  stop(): void {
    this.#bury()
  }

  close(): void {
    this.#bury()
    this.journal.close()
  }

  /** After `close`: starts on whatever the disk holds now. */
  reopen(): void {
    this.journal = new Journal(this.path, NO_WAIT)
    this.#shell = this.#open()
  }

  state(): State {
    return this.#shell.state()
  }

  take(input: Input): void {
    this.#shell.take(input)
  }

  whenTaken(input: Input): Promise<void> | undefined {
    return this.#shell.whenTaken(input)
  }

  /** Takes an input and lets everything happen that follows at once. */
  async give(input: Input): Promise<void> {
    this.take(input)
    await this.clock.advance(0)
  }

  signal(change: Partial<Signal> = {}): Extract<Input, { type: 'signal' }> {
    const claims = signalClaims(this.clock.now(), {
      seq: this.#seq + 1,
      prev: this.#hash,
      jti: jtiOf(`signal ${change.seq ?? this.#seq + 1}`),
      ...change,
    })
    const hash = hashText(JSON.stringify(claims))
    this.#seq = claims.seq
    this.#hash = hash
    return { type: 'signal', ...SIGNED, claims, hash }
  }

  head(change: Partial<HeadLine> = {}): Extract<Input, { type: 'head' }> {
    const iat = change.iat ?? this.clock.now() / 1000
    const line = {
      stream: 'demo',
      seq: this.#seq,
      hash: this.#hash,
      position: 'long',
      since: 0,
    } as const
    const { stream, seq, hash, position, since, jti } = {
      jti: jtiOf(`head ${iat}`),
      ...line,
      ...change,
    }
    const claims: Head = {
      iss: 'home',
      aud: 'executors',
      iat,
      exp: iat + 45,
      jti,
      sub: 'demo',
      streams: [[stream, seq, hash, position, since, Math.floor(iat)]],
      keyset: 0,
    }
    return { type: 'head', ...SIGNED, claims }
  }

  /** A head, then an entry, then everything that follows. */
  async enter(change: Partial<Signal> = {}): Promise<Extract<Input, { type: 'signal' }>> {
    this.take(this.head())
    const entry = this.signal(change)
    await this.give(entry)
    return entry
  }

  /** The first entry of a stream: 50 of quote, with a stop. */
  async enterFrom(sub: string, change: Partial<Signal> = {}): Promise<void> {
    const flat = { seq: 0, hash: GENESIS, position: 'flat', since: 0 } as const
    this.take(this.head({ stream: sub, ...flat, jti: jtiOf(`head ${sub}`) }))
    const entry = { sub, seq: 1, prev: GENESIS, jti: jtiOf(sub), stopPrice: '58000' }
    await this.give(this.signal({ ...entry, size: { unit: 'quote', value: '50' }, ...change }))
  }

  exit(change: Partial<Signal> = {}) {
    return this.signal({
      kind: 'exit',
      side: 'sell',
      size: { unit: 'percent', value: '100' },
      ...change,
    })
  }

  /** The stop of what is held moves up to a price. */
  movedStop(stopPrice: string, change: Partial<Signal> = {}) {
    return this.exit({ kind: 'stop', stopPrice, ...change })
  }

  approval(
    order: string,
    answer: 'approve' | 'decline' = 'approve',
    name = 'tap',
    code?: string,
  ): Input {
    const iat = this.clock.now() / 1000
    const registered = { iss: 'bot', aud: 'device', iat, exp: iat + 60, jti: jtiOf(name) }
    const coded = code === undefined ? {} : { code }
    const claims: Approval = { ...registered, sub: 'telegram:1', order, answer, ...coded }
    return { type: 'approval', claims }
  }

  /** The trader wants at most `value` of quote. */
  less(order: string, value: string, name = 'less'): Input {
    const input = this.approval(order, 'approve', name)
    if (input.type !== 'approval') throw new Error('an approval is none')
    return { type: 'approval', claims: { ...input.claims, answer: 'less', value } }
  }

  command(instruction: Extract<Input, { type: 'command' }>['claims']['instruction'], name = 'ask') {
    const iat = this.clock.now() / 1000
    const registered = { iss: 'bot', aud: 'device', iat, exp: iat + 60, jti: jtiOf(name) }
    return { type: 'command', claims: { ...registered, sub: 'telegram:1', instruction } } as const
  }

  /** The codes and words of all reports so far, in order. */
  told(): string[] {
    return this.reports.map(({ event }) => {
      switch (event.type) {
        case 'order':
          return `${event.order.kind} ${event.status}${event.code ? ` ${event.code}` : ''}`
        case 'refusal':
        case 'notice':
          return `${event.type} ${event.code}`
        case 'state':
          return `state ${event.state}`
        case 'answer':
          return `answer ${event.answer.about}`
        default:
          return 'card'
      }
    })
  }

  /** The order on the last card. */
  card(): string {
    const event = this.reports.findLast((report) => report.event.type === 'approval')?.event
    if (event?.type !== 'approval') throw new Error('no card was sent')
    return event.order.id
  }
}

/** As the shell introduces a provider at each start. */
export function followed(
  provider: string,
  status: ProviderStatus = 'followed',
): Extract<Input, { type: 'provider' }> {
  return { type: 'provider', provider, root: hashText(`root of ${provider}`), status, message: '' }
}

/** A head of one stream. */
interface HeadLine extends Omit<StreamHead, 'kid' | 'plan'> {
  readonly stream: string
}

export function jtiOf(name: string): string {
  return `${hashText(name).slice(0, 21)}A`
}

export function signalClaims(now: number, change: Partial<Signal>): Signal {
  const iat = now / 1000
  return {
    iss: 'home',
    aud: 'executors',
    iat,
    exp: iat + 60,
    jti: jtiOf('signal'),
    plan: 'demo',
    sub: 'demo',
    seq: 1,
    prev: GENESIS,
    kind: 'entry',
    market: 'BTC/USDT',
    side: 'buy',
    size: { unit: 'quote', value: '300' },
    type: 'market',
    referencePrice: '60000',
    candle: { timeframe: '1m', start: change.seq ?? 1 },
    reason: 'a test',
    validUntil: iat + 120,
    ...change,
  }
}
