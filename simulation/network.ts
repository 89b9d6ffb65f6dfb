// The brokers and the links to them: messages get lost, doubled, late and out of order.
import type { Input } from '../executor/core/execution/inputs.ts'
import { verifyFromBot, verifyFromProvider } from '../executor/providers/verify-message.ts'
import { BOT_KEYRING, DEVICE, NORTH, NORTH_SIGNER, PROVIDER } from './keys.ts'
import type { Simulation } from './simulation.ts'

const DUPLICATE_CHANCE = 0.03

export class Network {
  readonly #simulation: Simulation

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  /** Delivers never, once or twice. */
  send(what: string, deliver: () => void): undefined {
    const { random, scheduler, faultWindows } = this.#simulation
    const strength = faultWindows.strength('network', scheduler.now())
    if (random.chance(strength / 2)) return this.#simulation.fault('message lost', what)
    scheduler.after(this.#delay(strength), deliver)
    if (!random.chance(Math.max(DUPLICATE_CHANCE, strength / 2))) return
    this.#simulation.fault('message twice', what)
    scheduler.after(this.#delay(Math.max(strength, 0.5)), deliver)
  }

  #delay(strength: number): number {
    const { random } = this.#simulation
    if (!random.chance(strength)) return random.between(1, 30)
    this.#simulation.fault('message late')
    return random.chance(0.1) ? random.between(5_000, 70_000) : random.between(30, 5_000)
  }
}

export interface Message {
  readonly line: 'signals' | typeof NORTH | 'home'
  readonly topic: string
  readonly token: string
  readonly retained: boolean
}

/** `now`: the device's clock, Unix ms. */
export function verifyMessage({ line, ...message }: Message, now: number): Input {
  if (line === 'signals') return verifyFromProvider(PROVIDER, { ...message, now })
  if (line === NORTH) return verifyFromProvider(NORTH_SIGNER, { ...message, now })
  return verifyFromBot(BOT_KEYRING, DEVICE, { ...message, now })
}
