// Whoever has stolen an engine key: signs what poisons the stream, until the simulation is over.
import { type Head, headTopic, type Signal, seconds, sign, signalTopic } from '../protocol/index.ts'
import { newJti } from '../runtime/index.ts'
import { Random } from './base/random.ts'
import type { Device } from './device.ts'
import type { Engine } from './engine.ts'
import type { FollowedProvider } from './followed.ts'
import { NORTH } from './keys.ts'
import type { Network } from './network.ts'
import type { Simulation } from './simulation.ts'

const BETWEEN_MS = [1_000, 8_000] as const
const FAR = 9_000

export interface ThiefOptions {
  readonly simulation: Simulation
  readonly network: Network
  readonly device: Device
  readonly provider: FollowedProvider
  /** Whose chain is poisoned. */
  readonly engine: Engine
}

export class Thief {
  readonly #options: ThiefOptions
  readonly #random: Random
  readonly #deeds: readonly (readonly [string, () => void])[] = [
    ['exit of 1 % on the newest candle', () => this.#exit('1')],
    ['exit on a candle to come', () => this.#exit('1', { candleAhead: 90_000_000_000 })],
    ['exit of all', () => this.#exit('100')],
    ['entry with the next number', () => this.#entry(1)],
    ['entry with the same number', () => this.#entry(0)],
    ['head far ahead', () => this.#head({ ahead: FAR })],
    ['head of a keyset that nobody has', () => this.#head({ keyset: 9_000_000 })],
    ['head that is flat', () => this.#head({ since: FAR })],
  ]

  constructor(options: ThiefOptions) {
    this.#options = options
    this.#random = new Random(options.simulation.random.word())
  }

  run(): void {
    const { simulation, provider } = this.#options
    if (provider.theft !== null)
      simulation.scheduler.after(provider.theft.at - simulation.start, () => this.#act())
  }

  #act(): void {
    const { simulation } = this.#options
    const { scheduler, healed } = simulation
    if (scheduler.now() >= healed) return
    const [name, deed] = this.#random.pick(this.#deeds)
    simulation.fault(`stolen key: ${name}`)
    deed()
    scheduler.after(this.#random.between(...BETWEEN_MS), () => this.#act())
  }

  #exit(percent: string, { candleAhead = 0 } = {}): void {
    const size = { unit: 'percent', value: percent } as const
    const intent = { kind: 'exit', side: 'sell', size, type: 'market' } as const
    this.#signal({ ...intent, ahead: 1, candleAhead })
  }

  #entry(ahead: number): void {
    const size = { unit: 'quote', value: '45' } as const
    this.#signal({ kind: 'entry', side: 'buy', size, type: 'market', ahead, candleAhead: 0 })
  }

  #signal({
    ahead,
    candleAhead,
    ...intent
  }: Pick<Signal, 'kind' | 'side' | 'size' | 'type'> & {
    ahead: number
    candleAhead: number
  }): void {
    const { engine } = this.#options
    const { seq, hash, ...market } = engine.tip()
    const iat = seconds(this.#options.simulation.scheduler.now())
    const claims: Signal = {
      ...this.#registered(iat),
      ...market,
      ...intent,
      plan: market.sub,
      seq: Math.max(seq + ahead, 1),
      prev: hash,
      candle: { timeframe: '1m', start: Math.floor(iat) + candleAhead },
      reason: 'a thief',
      validUntil: iat + 60,
    }
    const token = sign('signal', claims, this.#options.provider.stolenKey())
    this.#send(signalTopic(NORTH, market.sub), token)
  }

  #head({ ahead = 0, keyset = this.#options.provider.version(), since = 0 }): void {
    const { seq, hash, sub } = this.#options.engine.tip()
    const iat = seconds(this.#options.simulation.scheduler.now())
    const lastHash = ahead > 0 ? newJti((bytes) => this.#random.bytes(bytes)).padEnd(43, 'A') : hash
    const row: Head['streams'][number] = [sub, seq + ahead, lastHash, 'flat', since, 0]
    const claims: Head = { ...this.#registered(iat), sub, streams: [row], keyset }
    const token = sign('head', claims, this.#options.provider.stolenKey())
    this.#send(headTopic(NORTH, sub), token)
  }

  #send(topic: string, token: string): void {
    const { network, device } = this.#options
    network.send('what the thief signed', () =>
      device.hear({ line: NORTH, topic, token, retained: false }),
    )
  }

  #registered(iat: number) {
    const jti = newJti((bytes) => this.#random.bytes(bytes))
    return { iss: NORTH, aud: 'executors', iat, exp: iat + 45, jti } as const
  }
}
