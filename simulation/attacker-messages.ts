// Messages of an attacker between engine and device, and of one with the engine's key: all have to be refused.

import {
  commandTopic,
  HOME,
  headTopic,
  type Signal,
  seconds,
  sign,
  signalTopic,
} from '../protocol/index.ts'
import { newJti } from '../runtime/index.ts'
import { Random } from './base/random.ts'
import type { Device } from './device.ts'
import { BOT_KEY, cheapKey, DEVICE, ENGINE_KEY } from './keys.ts'
import type { Message } from './network.ts'
import type { Simulation } from './simulation.ts'

const STRANGER = cheapKey('stranger')
const BETWEEN_MS = [300, 6_000] as const

/** Codes with which the device must refuse it; none where that depends on its age. */
interface Forgery extends Message {
  readonly name: string
  readonly expected: readonly string[]
}

export class AttackerMessages {
  readonly #simulation: Simulation
  readonly #device: Device
  readonly #random: Random
  readonly #kinds: readonly (() => Forgery | null)[] = [
    () => this.#signed('signed by a stranger', ['header_not_pinned'], { key: STRANGER }),
    () => this.#signed('unlisted stream', [], { sub: 'gamma' }),
    () => this.#forOthers(),
    () => this.#signed('a number too far', ['sequence_jump', 'sequence_unbased'], { seq: 99_999 }),
    () => this.#signed('lives too long', ['life_too_long'], { life: 6_000 }),
    () => this.#signed('from the future', ['issued_in_future'], { ahead: 900 }),
    () =>
      this.#signed('on a foreign topic', ['topic_mismatch'], { topic: signalTopic(HOME, 'beta') }),
    () =>
      this.#signed('in place of a head', ['topic_mismatch'], { topic: headTopic(HOME, 'alpha') }),
    () => this.#signed('kept by a broker', ['retained_signal'], { retained: true }),
    () => this.#signed('as if by the bot', ['header_not_pinned'], { key: BOT_KEY }),
    () => this.#garbage(),
    () => this.#changed(),
    () => this.#replayed(),
    () => this.#crossed(),
  ]

  constructor(simulation: Simulation, device: Device) {
    this.#simulation = simulation
    this.#device = device
    this.#random = new Random(simulation.random.word())
  }

  run(): void {
    const { faultWindows, scheduler, start } = this.#simulation
    for (const { from, to } of faultWindows.periods('attacker_messages'))
      scheduler.after(from - start, () => this.#sendUntil(to))
  }

  #sendUntil(end: number): void {
    const { scheduler } = this.#simulation
    if (scheduler.now() >= end) return
    const forgery = this.#random.pick(this.#kinds)()
    if (forgery !== null) {
      const { name, expected, ...message } = forgery
      this.#simulation.fault(`forged: ${name}`)
      this.#device.hearForged(message, expected)
    }
    scheduler.after(this.#random.between(...BETWEEN_MS), () => this.#sendUntil(end))
  }

  /** All but one thing is right, by the device's own clock. */
  #signed(
    name: string,
    expected: readonly string[],
    {
      key = ENGINE_KEY,
      topic = signalTopic(HOME, 'alpha'),
      retained = false,
      life = 60,
      ahead = 0,
      ...claims
    }: Partial<Pick<Signal, 'sub' | 'seq'>> & {
      key?: typeof ENGINE_KEY
      topic?: string
      retained?: boolean
      life?: number
      ahead?: number
    },
  ): Forgery {
    const iat = seconds(this.#device.now()) + ahead
    const signal: Signal = {
      iss: 'home',
      aud: 'executors',
      plan: claims.sub ?? 'alpha',
      sub: 'alpha',
      iat,
      exp: iat + life,
      jti: newJti((bytes) => this.#random.bytes(bytes)),
      seq: 90_000,
      prev: 'A'.repeat(43),
      kind: 'entry',
      market: 'BTC/USDT',
      side: 'buy',
      size: { unit: 'quote', value: '50' },
      type: 'market',
      referencePrice: '60000',
      candle: { timeframe: '1m', start: iat },
      reason: 'a lie',
      validUntil: iat + 30,
      ...claims,
    }
    const on = topic === signalTopic(HOME, 'alpha') ? signalTopic(HOME, signal.sub) : topic
    return {
      line: 'signals',
      name,
      expected,
      topic: on,
      token: sign('signal', signal, key),
      retained,
    }
  }

  /** A command of the bot's, but not to this device. */
  #forOthers(): Forgery {
    const iat = seconds(this.#device.now())
    const jti = newJti((bytes) => this.#random.bytes(bytes))
    const common = { iss: 'bot', aud: 'another', iat, exp: iat + 60, jti, sub: 'telegram:1' }
    const token = sign('command', { ...common, instruction: { do: 'resume' } }, BOT_KEY)
    const topic = commandTopic(DEVICE)
    const expected = ['audience_mismatch']
    return { line: 'home', name: 'for another device', expected, topic, token, retained: false }
  }

  #garbage(): Forgery {
    const length = this.#random.pick([0, 40, 3_000, 20_000])
    const token = Buffer.from(this.#random.bytes(length)).toString('latin1')
    const expected = [length > 14_000 ? 'token_too_large' : 'token_malformed']
    return {
      line: 'signals',
      name: 'garbage',
      expected,
      topic: signalTopic(HOME, 'alpha'),
      token,
      retained: false,
    }
  }

  /** One character of a genuine message. */
  #changed(): Forgery | null {
    const heard = this.#one('signals')
    if (heard === null) return null
    const at = heard.token.lastIndexOf('.') - 8
    const other = heard.token[at] === 'A' ? 'B' : 'A'
    const token = `${heard.token.slice(0, at)}${other}${heard.token.slice(at + 1)}`
    return { ...heard, name: 'one letter changed', expected: ['signature_invalid'], token }
  }

  /** The newest head is a sign of life as long as it lives, however often it comes. */
  #replayed(): Forgery | null {
    const heard = this.#one(this.#random.pick(['signals', 'home'] as const))
    return heard === null || heard.topic.includes('/head/')
      ? null
      : { ...heard, name: 'replayed', expected: [] }
  }

  /** A command that comes with the signals, or the other way round. */
  #crossed(): Forgery | null {
    const line = this.#random.pick(['signals', 'home'] as const)
    const heard = this.#one(line)
    if (heard === null) return null
    const other = line === 'home' ? 'signals' : 'home'
    const expected = [line === 'home' ? 'header_not_pinned' : 'bot_not_paired']
    return { ...heard, name: 'on the wrong line', expected, line: other }
  }

  #one(line: Message['line']): Message | null {
    const heard = this.#device.heard().filter((one) => one.line === line)
    return heard.length === 0 ? null : this.#random.pick(heard)
  }
}
