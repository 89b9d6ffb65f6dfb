// A provider that is followed beside the trader's own engine: it has a keyset, loses its key to a thief and revokes it.
import type { Input } from '../executor/core/execution/inputs.ts'
import type { AskReplay } from '../executor/providers/replay.ts'
import { hashText, type SigningKey, seconds } from '../protocol/index.ts'
import { Random } from './base/random.ts'
import type { Device } from './device.ts'
import type { StoredSignal } from './engine.ts'
import { NORTH, NORTH_KEY, NORTH_NEXT_KEY } from './keys.ts'
import type { Network } from './network.ts'
import { forged, openStored } from './replay-answers.ts'
import type { Simulation } from './simulation.ts'

const REVOKED = [NORTH_KEY.kid]
const THEFT_CHANCE = 0.5
/** Until a device that starts is connected. */
const CONNECT_MS = 50
/** The broker keeps the keyset and gives it until it is acknowledged. */
const REPEAT_MS = 4_000

type KeysetInput = Extract<Input, { type: 'keyset' }>

const NORTH_INTRODUCED: Input = {
  type: 'provider',
  provider: NORTH,
  root: hashText('root of north'),
  status: 'followed',
  message: '',
}

export interface FollowedOptions {
  readonly simulation: Simulation
  readonly device: Device
  readonly network: Network
  /** What an engine has stored of a stream after a number. */
  readonly stored: (stream: string, after: number) => readonly StoredSignal[]
}

export class FollowedProvider {
  readonly #simulation: Simulation
  readonly #device: Device
  readonly #network: Network
  readonly #stored: FollowedOptions['stored']
  readonly #random: Random
  /** What the device has stored. */
  #held: KeysetInput | null = null
  #version: 1 | 2 = 1
  /** When the key is stolen, and when that is noticed, Unix ms; null for never. */
  readonly theft: { readonly at: number; readonly noticedAt: number } | null

  constructor({ simulation, device, network, stored }: FollowedOptions) {
    this.#simulation = simulation
    this.#device = device
    this.#network = network
    this.#stored = stored
    this.#random = new Random(simulation.random.word())
    const { start, healed } = simulation
    const at = this.#random.between(start, healed - 10_000)
    const isStolen = this.#random.chance(THEFT_CHANCE)
    this.theft = isStolen
      ? { at, noticedAt: Math.min(at + this.#random.between(3_000, 30_000), healed - 2_000) }
      : null
  }

  run(): void {
    const { scheduler, start } = this.#simulation
    if (this.theft !== null)
      scheduler.after(this.theft.noticedAt - start, () => {
        this.#version = 2
        this.#simulation.note('the provider revokes its first key')
      })
    scheduler.after(CONNECT_MS, () => this.#publish())
    scheduler.every(REPEAT_MS, () => this.#publish())
  }

  /** Of the genuine engine. */
  key(): SigningKey {
    return this.#version === 1 ? NORTH_KEY : NORTH_NEXT_KEY
  }

  version(): number {
    return this.#version
  }

  /** Without a keyset nothing that it signs can be verified. */
  isHeld(): boolean {
    return this.#held !== null
  }

  stolenKey(): SigningKey {
    return NORTH_KEY
  }

  /** As the shell says it at each start. */
  introduced(): readonly Input[] {
    return this.#held === null ? [NORTH_INTRODUCED] : [NORTH_INTRODUCED, this.#held]
  }

  #publish(): void {
    const version = this.#version
    if (this.#held?.version === version) return
    const now = seconds(this.#simulation.scheduler.now())
    const keyset: KeysetInput = {
      type: 'keyset',
      provider: NORTH,
      version,
      hash: hashText(`keyset ${version}`),
      root: hashText(NORTH),
      iat: now,
      exp: now + 86_400,
      revoked: version === 1 ? [] : REVOKED,
      news: '',
    }
    if (this.#device.give(keyset)) this.#held = keyset
  }

  /** Its answer is a message of its own: lost, late, twice, in parts, or another's. */
  onAskReplay({ provider, stream, after }: AskReplay): void {
    const signals = this.#stored(`${provider}/${stream}`, after)
      .slice(0, this.#random.pick([2, 14, 14]))
      .map(({ claims, token }) => openStored(claims, token))
    const isForged = this.#random.chance(0.1)
    if (isForged) this.#simulation.fault('replay forged')
    const answer = isForged ? signals.map(forged) : signals
    const input = { type: 'replayed', provider, stream, signals: answer, more: 'no' } as const
    this.#network.send('a replay', () => void this.#device.give(input))
  }
}
