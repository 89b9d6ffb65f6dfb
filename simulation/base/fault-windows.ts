// The schedule of faults: each seed has a few fault windows of a few kinds, and calm between them.
import type { Random } from './random.ts'

const FAULT_KINDS = [
  /** Nothing reaches the exchange. */
  'outage',
  /** Orders get lost, or their answers. */
  'orders',
  /** Questions get no answer, or a useless one. */
  'reads',
  /** The exchange shows its newest truth late. */
  'lag',
  /** Orders fill in parts, or not at all. */
  'thin',
  /** The exchange turns orders down. */
  'poor',
  /** The price passes a stop's trigger while it is on its way. */
  'passed',
  /** An attacker sends what the device must refuse. */
  'attacker_messages',
  /** The process dies. */
  'crash',
  /** Messages get lost, come twice, late, in another order. */
  'network',
  /** The exchange itself cancels what waits, in parts or whole. */
  'cancels',
  /** The device's clock is seconds off. */
  'clock',
  /** It is minutes or hours off. */
  'jump',
  /** The disk is full, or fails. */
  'disk',
] as const

export type FaultKind = (typeof FAULT_KINDS)[number]

/** Faults that keep an order from the exchange, or its outcome from the device. */
const AT_EXCHANGE: readonly FaultKind[] = [
  'outage',
  'orders',
  'reads',
  'lag',
  'poor',
  'clock',
  'jump',
]

/** Such as a device that starts with a clock hours in the past. */
const FROM_THE_START = 0.05

interface Period {
  readonly kind: FaultKind
  readonly from: number
  readonly to: number
  readonly strength: number
}

export class FaultWindows {
  readonly #periods: readonly Period[]

  /** Times in Unix ms. No window outlives `end`. */
  constructor(random: Random, start: number, end: number) {
    const kinds = FAULT_KINDS.filter(() => random.chance(0.4))
    this.#periods = kinds.flatMap((kind) =>
      Array.from({ length: random.between(1, 3) }, () => {
        const from = random.chance(FROM_THE_START) ? start : random.between(start, end - 5_000)
        const to = Math.min(end, from + random.between(1_000, 60_000))
        return { kind, from, to, strength: random.pick([0.1, 0.3, 0.6, 0.95]) }
      }),
    )
  }

  periods(kind: FaultKind): readonly Period[] {
    return this.#periods.filter((one) => one.kind === kind)
  }

  /** 0 when calm. */
  strength(kind: FaultKind, at: number): number {
    return this.#periods.reduce(
      (most, one) =>
        one.kind === kind && one.from <= at && at < one.to ? Math.max(most, one.strength) : most,
      0,
    )
  }

  /** Nothing stands between the device and the exchange. */
  isCalmAtExchange(at: number): boolean {
    return AT_EXCHANGE.every((kind) => this.strength(kind, at) === 0)
  }
}
