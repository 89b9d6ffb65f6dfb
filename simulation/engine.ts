// A random strategy engine: it enters and exits at random, numbers and signs like the real one, and sends heads.

import {
  GENESIS,
  type Head,
  hashText,
  headTopic,
  type Signal,
  type SigningKey,
  seconds,
  sign,
  signalTopic,
  streamName,
} from '../protocol/index.ts'
import { newJti } from '../runtime/index.ts'
import { drawnExits, movedStop, near } from './base/drawn-exits.ts'
import { Random } from './base/random.ts'
import { decimal, PRICE_PLACES } from './base/units.ts'
import type { Device } from './device.ts'
import type { Market } from './market.ts'
import type { Message, Network } from './network.ts'
import type { Simulation } from './simulation.ts'

const HEAD_MS = 15_000
/** Percent. */
const ALL = '100'
const TWIN_CHANCE = 0.3
const LIAR_CHANCE = 0.08
const LIE_CHANCE = 0.15
/** Of the engines; and of the signals of such a one while something is wanted. */
const MOVER_CHANCE = 0.25
const MOVE_CHANCE = 0.5

/** What the stream wants to hold, and since which signal. */
interface Target {
  readonly position: 'long' | 'flat'
  readonly since: number
}

export interface EngineOptions {
  readonly simulation: Simulation
  readonly network: Network
  readonly device: Device
  readonly stream: string
  readonly market: string
  readonly prices: Market
  readonly provider: EngineProvider
}

/** Whose engine it is. */
export interface EngineProvider {
  readonly name: string
  readonly line: Message['line']
  /** It may change from one signal to the next. */
  readonly key: () => SigningKey
  readonly keyset: () => number
  /** Chance that its broker keeps a signal from the device. */
  readonly withheld: number
}

export interface StoredSignal {
  readonly claims: Signal
  readonly token: string
}

export class Engine {
  readonly #options: EngineOptions
  readonly #random: Random
  readonly #randomBytes = (bytes: number) => this.#random.bytes(bytes)
  #seq = 0
  #hash = GENESIS
  #candle = 0
  #target: Target
  #lastHead = ''
  /** A second engine beside it decides the same and sends the same bytes. */
  readonly #twin: 'none' | 'beside'
  /** An equivocating engine signs two signals with one number. */
  readonly #honesty: 'honest' | 'lies'
  /** Of the signals that move stops; null for one that sends none. */
  readonly #moves: Random | null
  /** Every signal ever, by number. */
  readonly #stored: StoredSignal[] = []

  constructor(options: EngineOptions) {
    this.#options = options
    this.#random = new Random(options.simulation.random.word())
    this.#target = { position: 'flat', since: 0 }
    this.#twin = this.#random.chance(TWIN_CHANCE) ? 'beside' : 'none'
    this.#honesty = this.#random.chance(LIAR_CHANCE) ? 'lies' : 'honest'
    const apart = options.simulation.apart(`moved stops of ${this.name()}`)
    this.#moves = apart.chance(MOVER_CHANCE) ? apart : null
  }

  run(): void {
    const { scheduler } = this.#options.simulation
    scheduler.after(this.#random.between(0, 2_000), () => this.#head())
    scheduler.every(HEAD_MS, () => this.#head())
    if (this.#twin === 'beside')
      scheduler.after(this.#random.between(0, HEAD_MS), () =>
        scheduler.every(HEAD_MS, () => this.#head()),
      )
    this.#later()
  }

  /** The stream that wants to hold nothing of its market, and since which signal; null while it wants to be in, or lies. */
  wantsOut(): { stream: string; market: string; since: number } | null {
    const { position, since } = this.#target
    const { market } = this.#options
    return position === 'long' || this.#honesty === 'lies'
      ? null
      : { stream: this.name(), market, since }
  }

  /** `provider/stream`. */
  name(): string {
    return streamName(this.#options.provider.name, this.#options.stream)
  }

  /** Its signals after this number, oldest first; a liar signs others beside them. */
  after(seq: number): readonly StoredSignal[] {
    return this.#stored.slice(seq)
  }

  isHonest(): boolean {
    return this.#honesty === 'honest'
  }

  /** Where its chain ends, for whoever would go on from there. */
  tip() {
    const { stream, market } = this.#options
    const referencePrice = decimal(this.#price(), PRICE_PLACES)
    return { seq: this.#seq, hash: this.#hash, sub: stream, market, referencePrice }
  }

  /** The retained messages for a device that connects. */
  retained(): Message | null {
    if (this.#lastHead === '') return null
    const { provider, stream } = this.#options
    const topic = headTopic(provider.name, stream)
    return { line: provider.line, topic, token: this.#lastHead, retained: true }
  }

  #later(): void {
    const { simulation } = this.#options
    simulation.scheduler.after(this.#random.between(2_000, 14_000), () => {
      if (simulation.scheduler.now() >= simulation.healed) return
      this.#signal()
      this.#later()
    })
  }

  #signal(): void {
    const { simulation } = this.#options
    const claims = this.#decide()
    const token = sign('signal', claims, this.#options.provider.key())
    this.#stored.push({ claims, token })
    simulation.count('signals')
    if (claims.kind !== 'stop' && this.#honesty === 'lies' && this.#random.chance(LIE_CHANCE))
      this.#lie(claims)
    this.#seq = claims.seq
    this.#hash = hashText(token)
    if (claims.kind === 'entry') this.#target = { position: 'long', since: claims.seq }
    // Of a part that is sold the rest is wanted.
    else if (claims.kind === 'exit' && claims.size.value === ALL)
      this.#target = { position: 'flat', since: claims.seq }
    this.#send(claims, token)
    if (this.#twin === 'beside')
      simulation.scheduler.after(this.#random.between(0, 3_000), () => this.#send(claims, token))
    if (this.#random.chance(0.3)) this.#head()
  }

  #decide(): Signal {
    const { position } = this.#target
    if (position === 'long' && this.#moves?.chance(MOVE_CHANCE))
      return this.#claims(movedStop(this.#moves, this.#price()))
    return this.#random.chance(position === 'flat' ? 0.93 : 0.35) ? this.#entry() : this.#exit()
  }

  #lie(claims: Signal): void {
    this.#options.simulation.fault('two signals with one number')
    const jti = newJti(this.#randomBytes)
    const other = { ...claims, jti, size: { unit: 'percent', value: '7' } } as const
    this.#send(other, sign('signal', other, this.#options.provider.key()))
  }

  #send({ seq, kind }: Signal, token: string): undefined {
    const { device, stream, simulation, network, provider } = this.#options
    const what = `signal ${this.name()} ${seq} ${kind}`
    simulation.note(`engine sends ${what}`)
    if (this.#random.chance(provider.withheld)) return simulation.fault('signal withheld', what)
    const topic = signalTopic(provider.name, stream)
    const { line } = provider
    network.send(what, () => device.hear({ line, topic, token, retained: false }))
  }

  #entry(): Signal {
    const price = this.#price()
    const limit = this.#random.chance(0.3) ? near(this.#random, price, -0.004, 0.002) : undefined
    const stop = this.#random.chance(0.75) ? near(this.#random, price, -0.02, -0.001) : undefined
    return this.#claims({
      kind: 'entry',
      side: 'buy',
      size: this.#entrySize(),
      ...(limit === undefined ? { type: 'market' } : { type: 'limit', limitPrice: limit }),
      ...(stop !== undefined && { stopPrice: stop }),
      ...drawnExits(this.#random, price),
    })
  }

  #exit(): Signal {
    const value = this.#random.chance(0.7) ? ALL : '40'
    const size = { unit: 'percent', value } as const
    return this.#claims({ kind: 'exit', side: 'sell', size, type: 'market' })
  }

  #entrySize(): Signal['size'] {
    if (this.#random.chance(0.5))
      return { unit: 'quote', value: String(this.#random.pick([4, 20, 45, 90, 240, 620])) }
    return { unit: 'percent', value: String(this.#random.between(1, 40)) }
  }

  #claims(
    intent: Pick<Signal, 'kind' | 'side' | 'size' | 'type'> &
      Partial<
        Pick<
          Signal,
          'limitPrice' | 'stopPrice' | 'takeProfits' | 'trailingStop' | 'breakEven' | 'maxHold'
        >
      >,
  ): Signal {
    const { stream, market } = this.#options
    const iat = this.#now()
    if (this.#random.chance(0.95)) this.#candle += 60
    return {
      ...this.#registered(iat, iat + (intent.kind === 'entry' ? 60 : 600)),
      plan: stream,
      sub: stream,
      seq: this.#seq + 1,
      prev: this.#hash,
      market,
      ...intent,
      referencePrice: decimal(this.#price(), PRICE_PLACES),
      candle: { timeframe: '1m', start: this.#candle },
      reason: 'a coin was tossed',
      validUntil: iat + this.#random.between(5, 120),
    }
  }

  #head(): void {
    const { device, stream, provider } = this.#options
    const iat = this.#now()
    const claims: Head = {
      ...this.#registered(iat, iat + 45),
      sub: stream,
      streams: [
        [stream, this.#seq, this.#hash, this.#target.position, this.#target.since, this.#candle],
      ],
      keyset: provider.keyset(),
    }
    const token = sign('head', claims, provider.key())
    this.#lastHead = token
    const topic = headTopic(provider.name, stream)
    const { line } = provider
    this.#options.network.send(`head ${this.name()} ${this.#seq}`, () =>
      device.hear({ line, topic, token, retained: false }),
    )
  }

  #registered(iat: number, exp: number) {
    const iss = this.#options.provider.name
    return { iss, aud: 'executors', iat, exp, jti: newJti(this.#randomBytes) } as const
  }

  #now(): number {
    return seconds(this.#options.simulation.scheduler.now())
  }

  #price(): number {
    return this.#options.prices.ask(this.#options.simulation.scheduler.now())
  }
}
