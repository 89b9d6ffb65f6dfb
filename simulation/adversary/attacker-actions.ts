// What an attacker can do who has the engine's key, both brokers and the bot: sign, send, press every button, move prices.

import type { Policy } from '../../executor/core/risk/policy/schema.ts'
import type { OutboxReport } from '../../executor/journal/journal.ts'
import { verifyFromBot, verifyFromProvider } from '../../executor/providers/verify-message.ts'
import type { Shell } from '../../executor/shell.ts'
import {
  commandTopic,
  GENESIS,
  type Head,
  HOME,
  hashText,
  headTopic,
  type Instruction,
  type Signal,
  seconds,
  shownStream,
  sign,
  signalTopic,
  streamName,
} from '../../protocol/index.ts'
import { newJti } from '../../runtime/index.ts'
import type { Random } from '../base/random.ts'
import { decimal, PRICE_PLACES } from '../base/units.ts'
import { BOT_KEY, BOT_KEYRING, DEVICE, ENGINE_KEY, PROVIDER } from '../keys.ts'
import { MAX_MOVE, type Market } from './market.ts'
import type { TimeSteps } from './time-steps.ts'
import type { HostileVenue } from './venue.ts'

export interface Target {
  readonly stream: string
  readonly market: string
}

/** What the attacker asks for. Prices are whole 0.01 of quote. */
export interface Entry extends Target {
  /** Quote. */
  readonly value: number
  /** Absent: as far as the collar lets it go. */
  readonly limit?: number
  readonly stop?: number
  readonly hold?: number
  readonly trail?: string
  readonly take?: Signal['takeProfits']
}

export interface AttackerActionsOptions {
  readonly shell: Shell
  readonly time: TimeSteps
  readonly venue: HostileVenue
  readonly policy: Policy
  readonly random: Random
  readonly tell: (line: string) => void
}

interface Chain {
  seq: number
  hash: string
}

/** Shorter than a head's life. */
const BEAT_MS = 20_000
/** One step of a market's path, ms. */
const MOVE_MS = 1_000

export class AttackerActions {
  readonly #options: AttackerActionsOptions
  readonly #chains = new Map<string, Chain>()
  readonly #tokens: { readonly topic: string; readonly token: string }[] = []
  #candle = 0
  #answers: string[] = []
  /** Code of the last refusal; empty when the last order was not refused. */
  refusal = ''
  /** What the device said of it. */
  reason = ''
  signals = 0
  #beatAt = 0

  constructor(options: AttackerActionsOptions) {
    this.#options = options
  }

  now(): number {
    return this.#options.time.now()
  }

  venue(): HostileVenue {
    return this.#options.venue
  }

  market(name: string): Market {
    return this.#options.venue.market(name)
  }

  /** Every report of the device passes through the attacker's bot, which approves whatever asks. */
  read(reports: readonly OutboxReport[]): void {
    for (const { event } of reports) {
      if (event.type === 'approval') this.#answers.push(event.order.id)
      if (event.type === 'refusal') this.#refused(event.code, event.message)
      if (event.type === 'order' && event.status === 'denied')
        this.#refused(event.code, event.message)
      if (event.type === 'notice') this.#options.tell(`device: ${event.code} ${event.message}`)
    }
  }

  #refused(code = '', message = ''): void {
    this.refusal = code
    this.reason = message
  }

  /** True when the exchange got an order. */
  async enter(entry: Entry): Promise<boolean> {
    const { venue, time, tell } = this.#options
    const before = venue.orderCount()
    this.#refused()
    this.beat()
    this.#signal(this.#claims(entry))
    await time.pass(1)
    await this.#approve()
    const taken = venue.orderCount() > before
    const { market, value } = entry
    tell(`enter ${market} for ${value.toFixed(2)}: ${taken ? 'taken' : this.refusal}`)
    return taken
  }

  async #approve(): Promise<void> {
    for (; this.#answers.length > 0; await this.#options.time.pass(1)) {
      const [order = ''] = this.#answers.splice(0, 1)
      this.#home(sign('approval', { ...this.#fromBot(), order, answer: 'approve' }, BOT_KEY))
    }
  }

  /** `limit` in 0.01 of quote; absent: as low as the collar lets it go. */
  async exit({ stream, market }: Target, how: { limit?: number; percent?: number }): Promise<void> {
    const { limit, percent = 100 } = how
    const { venue, time, tell } = this.#options
    const before = venue.orderCount()
    this.#refused()
    this.#signal({
      ...this.#numbered(stream, market, 600),
      kind: 'exit',
      side: 'sell',
      size: { unit: 'percent', value: percent.toFixed(2) },
      ...priced(limit),
    })
    await time.pass(25)
    tell(`exit ${market}: ${venue.orderCount() > before ? 'taken' : this.refusal}`)
  }

  /** A head whose target is flat. */
  async flatten({ stream, market }: Target): Promise<void> {
    this.#options.tell(`head says flat on ${market}`)
    const chain = this.#chain(stream)
    chain.seq += 1
    chain.hash = hashText(`${stream} ${chain.seq}`)
    this.#head(stream, 'flat', chain.seq)
    await this.#options.time.pass(2_500)
  }

  async command(instruction: Instruction): Promise<void> {
    this.#options.tell(`command ${instruction.do}`)
    this.#home(sign('command', { ...this.#fromBot(), instruction }, BOT_KEY))
    await this.#options.time.pass(25)
  }

  /** Signs of life of all streams. */
  beat(): void {
    if (this.now() < this.#beatAt + BEAT_MS) return
    this.#beatAt = this.now()
    for (const stream of this.#options.policy.streams.keys()) this.#head(stream, 'long', 0)
  }

  /** An old message again. */
  repeat(): void {
    if (this.#tokens.length === 0) return
    const { topic, token } = this.#options.random.pick(this.#tokens)
    this.#take(topic, token)
  }

  /** Up or down, as a part of the price, no faster than a market moves. */
  async move(name: string, part: number): Promise<void> {
    const { venue, time } = this.#options
    for (let left = part; Math.abs(left) > 1e-9; ) {
      const step = Math.max(-MAX_MOVE, Math.min(MAX_MOVE, left))
      left = (1 + left) / (1 + step) - 1
      venue.market(name).move(step)
      venue.settle()
      await time.pass(MOVE_MS)
    }
  }

  async wait(ms: number): Promise<void> {
    this.beat()
    await this.#options.time.pass(ms)
    this.beat()
    await this.#options.time.pass(100)
  }

  /** Whether the stream holds something there that a stop protects. */
  holds({ stream, market }: Target): boolean {
    return this.#options.shell.state().portfolio.positions[`${stream} ${market}`] !== undefined
  }

  held(): readonly Target[] {
    return Object.values(this.#options.shell.state().portfolio.positions)
  }

  /** The stop in force, 0.01 of quote. */
  stopOf({ stream, market }: Target): number | null {
    const stop =
      this.#options.shell.state().portfolio.positions[`${stream} ${market}`]?.stop ?? null
    return stop === null ? null : Number(stop) * 10 ** PRICE_PLACES
  }

  #claims({ stream, market, value, limit, stop, hold, trail, take }: Entry): Signal {
    return {
      ...this.#numbered(stream, market, 60),
      kind: 'entry',
      side: 'buy',
      size: { unit: 'quote', value: value.toFixed(2) },
      ...priced(limit),
      ...(stop !== undefined && { stopPrice: decimal(stop, PRICE_PLACES) }),
      ...(hold !== undefined && { maxHold: hold }),
      ...(trail !== undefined && { trailingStop: { percent: trail } }),
      ...(take !== undefined && { takeProfits: take }),
    }
  }

  #numbered(stream: string, market: string, lives: number) {
    const { seq, hash } = this.#chain(stream)
    this.#candle += 60
    return {
      ...this.#fromEngine(lives),
      plan: shownStream(stream),
      sub: shownStream(stream),
      seq: seq + 1,
      prev: hash,
      market,
      referencePrice: decimal(this.market(market).worth(), PRICE_PLACES),
      candle: { timeframe: '1m', start: this.#candle },
      reason: 'because it pays',
      validUntil: seconds(this.now()) + 3_600,
    }
  }

  #signal(claims: Signal): void {
    const token = sign('signal', claims, ENGINE_KEY)
    this.signals += 1
    this.#chains.set(streamName(HOME, claims.sub), { seq: claims.seq, hash: hashText(token) })
    this.#take(signalTopic(HOME, claims.sub), token)
  }

  #head(stream: string, position: 'long' | 'flat', since: number): void {
    const { seq, hash } = this.#chain(stream)
    const head = {
      ...this.#fromEngine(45),
      sub: shownStream(stream),
      streams: [[shownStream(stream), seq, hash, position, since, this.#candle]],
      keyset: 0,
    } satisfies Head
    this.#take(headTopic(HOME, shownStream(stream)), sign('head', head, ENGINE_KEY))
  }

  #take(topic: string, token: string): void {
    this.#tokens.push({ topic, token })
    const message = { topic, token, retained: false, now: this.now() }
    this.#options.shell.take(verifyFromProvider(PROVIDER, message))
  }

  #home(token: string): void {
    const message = { topic: commandTopic(DEVICE), token, retained: false, now: this.now() }
    this.#options.shell.take(verifyFromBot(BOT_KEYRING, DEVICE, message))
  }

  #chain(stream: string): Chain {
    const chain = this.#chains.get(stream) ?? { seq: 0, hash: GENESIS }
    this.#chains.set(stream, chain)
    return chain
  }

  #fromEngine(lives: number) {
    const iat = seconds(this.now())
    return { iss: 'home', aud: 'executors', iat, exp: iat + lives, jti: this.#jti() } as const
  }

  #fromBot() {
    const iat = seconds(this.now())
    const jti = this.#jti()
    return { iss: 'bot', aud: DEVICE, iat, exp: iat + 60, jti, sub: 'telegram:1' } as const
  }

  #jti(): string {
    return newJti((bytes) => this.#options.random.bytes(bytes))
  }
}

function priced(limit?: number): Pick<Signal, 'type' | 'limitPrice'> {
  if (limit === undefined) return { type: 'market' }
  return { type: 'limit', limitPrice: decimal(limit, PRICE_PLACES) }
}
