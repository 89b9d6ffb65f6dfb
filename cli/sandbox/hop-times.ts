// When the first signal of the engine passed which hop, read from the programs' logs.
import { HOPS, type Hop } from '@keyside/runtime'
import type { Program } from '../programs/program-names.ts'

/** Where to look when a hop is not reached. */
const AT: Readonly<Record<Hop, Program>> = {
  candle: 'engine',
  signal: 'engine',
  published: 'engine',
  received: 'executor',
  verified: 'executor',
  journaled: 'executor',
  policy: 'executor',
  approved: 'bot',
  sent: 'executor',
  accepted: 'executor',
  filled: 'executor',
  notified: 'bot',
}

export class HopTimes {
  readonly #bySignal = new Map<string, Map<Hop, number>>()

  /** False if the line is not about a hop. */
  read(line: string): boolean {
    if (!line.includes('"hop"')) return false
    const { hop, id, at } = JSON.parse(line) as { hop: Hop; id: string; at: number }
    const times = this.#bySignal.get(id) ?? new Map<Hop, number>()
    this.#bySignal.set(id, times)
    if (!times.has(hop)) times.set(hop, at)
    return true
  }

  complete(): boolean {
    return HOPS.every((hop) => this.#first().has(hop))
  }

  /** `ms`: since the candle closed. */
  hops(): { readonly name: Hop; readonly ms: number }[] {
    const times = this.#first()
    const start = times.get('candle') ?? 0
    return HOPS.flatMap((name) => {
      const at = times.get(name)
      return at === undefined ? [] : [{ name, ms: Math.round((at - start) * 100) / 100 }]
    })
  }

  /** In words, between which hops the signal is. */
  where(): string {
    const times = this.#first()
    const last = HOPS.findLast((hop) => times.has(hop))
    const next = HOPS.find((hop) => !times.has(hop))
    if (last === undefined) return 'before "candle" (engine)'
    if (next === undefined) return `after "${last}" (${AT[last]})`
    return `between "${last}" (${AT[last]}) and "${next}" (${AT[next]})`
  }

  #first(): ReadonlyMap<Hop, number> {
    return [...this.#bySignal.values()].find((times) => times.has('signal')) ?? new Map()
  }
}
