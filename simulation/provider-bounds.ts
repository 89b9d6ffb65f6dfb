// Promises about providers: a revoked key is not followed, none moves another's streams, and a missed exit is executed later.
import type { Input } from '../executor/core/execution/inputs.ts'
import type { FactOf, JournalEvent } from '../executor/core/model/events.ts'
import type { Position } from '../executor/core/model/position.ts'
import { providerOf, type Stream } from '../executor/core/model/provider.ts'
import type { Portfolio, State } from '../executor/core/model/state.ts'
import type { Signal } from '../protocol/index.ts'
import type { StoredSignal } from './engine.ts'
import type { Ledger } from './ledger.ts'
import type { Simulation } from './simulation.ts'

/** What the journal says of a stream since it began anew. */
interface StreamEpoch {
  readonly epoch: number
  /** Up to here nothing is missing: it was there before the stream was, or is made up for. */
  settled: number
  readonly taken: Set<number>
}

export interface ProviderBoundsOptions {
  readonly simulation: Simulation
  readonly ledger: Ledger
  /** What the genuine engine of a stream has signed, by number from 1. */
  readonly signed: (stream: string) => readonly StoredSignal[]
}

export class ProviderBounds {
  readonly #options: ProviderBoundsOptions
  readonly #revoked = new Set<string>()
  readonly #epochs = new Map<string, StreamEpoch>()

  constructor(options: ProviderBoundsOptions) {
    this.#options = options
  }

  /** In the order in which they were written. `before`: what they were decided on. */
  onCommit(events: readonly JournalEvent[], before: Portfolio): void {
    for (const event of events) {
      this.#checkSigner(event)
      if (event.type === 'keyset') for (const kid of event.revoked) this.#revoked.add(kid)
      if (event.type === 'gap_closed') this.#onGapClosed(event, events, before)
      this.#learn(event)
    }
  }

  #checkSigner(event: JournalEvent): undefined {
    const kid = this.#signerOf(event)
    if (kid !== undefined && this.#revoked.has(kid))
      this.#violate('no signal of a revoked key is followed', event.type)
  }

  #signerOf(event: JournalEvent): string | undefined {
    if (event.type === 'signal' || event.type === 'baselined') return event.kid
    if (event.type === 'ordered') return event.order.kid
    const isSent = event.type === 'step' && event.event === 'initialize'
    return isSent ? this.#options.ledger.known(event.clientOrderId).seed.kid : undefined
  }

  #learn(event: JournalEvent): void {
    if (event.type === 'signal') this.#epochOf(event.stream, event.seq - 1).taken.add(event.seq)
    if (event.type === 'baselined') this.#epochOf(event.stream, event.seq)
  }

  #epochOf(stream: string, begun: number): StreamEpoch {
    const epoch = this.#options.ledger.portfolio.streams[stream]?.epoch ?? 0
    const known = this.#epochs.get(stream)
    if (known?.epoch === epoch) return known
    const current = { epoch, settled: begun, taken: new Set<number>() }
    this.#epochs.set(stream, current)
    return current
  }

  /** Counted from what the engine signed, and in floating numbers, which the device does not use. */
  #onGapClosed(
    { stream, seq, why }: FactOf<'gap_closed'>,
    events: readonly JournalEvent[],
    before: Portfolio,
  ): undefined {
    const current = this.#epochOf(stream, 0)
    const from = current.settled
    current.settled = seq
    if (why !== 'replayed') return
    const position = Object.values(before.positions).find((one) => one.stream === stream)
    if (position === undefined || position.closing !== null || !this.#isHeld(stream)) return
    const missed = this.#options
      .signed(stream)
      .slice(from, seq)
      .map(({ claims }) => claims)
      .filter((claims) => claims.seq > position.seq && !current.taken.has(claims.seq))
    this.#checkStop(position, missed)
    const parts = missed
      .filter(({ kind }) => kind === 'exit')
      .map(({ size }) => Number(size.value) / 100)
    if (parts.length === 0) return
    this.#options.simulation.fault('exit missed', stream)
    const owed = 100 * (1 - parts.reduce((rest, part) => rest * (1 - part), 1))
    const sold = events.flatMap((event) => percentSold(event, stream))
    // An exit of its own that is refused in the same moment may be tried again for all that is left, whatever was missed.
    const refused = events.flatMap((event) =>
      event.type === 'step' && event.event === 'reject' ? [before.orders[event.clientOrderId]] : [],
    )
    const isRefused = refused.some((order) => order?.stream === stream && order.kind === 'exit')
    if (isRefused && sold.includes(100)) return
    if (sold.length !== 1 || Math.abs((sold[0] ?? 0) - owed) > 1e-6)
      this.#violate('a missed exit is made up for', `${stream}: ${owed} %, not ${sold.join()}`)
  }

  /** As it is after the commit, where it is held still. */
  #checkStop({ stream, market, signal }: Position, missed: readonly Signal[]): undefined {
    const wanted = Math.max(
      0,
      ...missed.map(({ kind, stopPrice }) => (kind === 'stop' ? Number(stopPrice) : 0)),
    )
    if (wanted === 0) return
    const position = this.#options.ledger.portfolio.positions[`${stream} ${market}`]
    if (position === undefined || position.signal !== signal) return
    this.#options.simulation.fault('moved stop missed', stream)
    if (Number(position.stop ?? 0) < wanted)
      this.#violate('a missed stop is made up for', `${stream}: ${position.stop}, not ${wanted}`)
  }

  /** Still: an exit that was under way may have sold it in the same decision. */
  #isHeld(stream: string): boolean {
    const { positions } = this.#options.ledger.portfolio
    return Object.values(positions).some((one) => one.stream === stream)
  }

  /** After what was due anyway. */
  onHeard(before: State, input: Input, after: State): undefined {
    if (!('provider' in input) || input.provider === undefined) return
    const moved = Object.entries(after.portfolio.streams).filter(
      ([name, stream]) =>
        providerOf(name) !== input.provider &&
        numbersOf(stream) !== numbersOf(before.portfolio.streams[name]),
    )
    const changed = Object.entries(after.portfolio.providers).filter(
      ([name, one]) => name !== input.provider && one !== before.portfolio.providers[name],
    )
    for (const [name] of [...moved, ...changed])
      this.#violate('no provider moves what is of another', `${input.provider}: ${name}`)
  }

  #violate(invariant: string, message: string): undefined {
    this.#options.simulation.violate(invariant, message)
  }
}

/** What only its own provider may move; what time makes of a silence or of a gap is left out. */
function numbersOf(stream: Stream | undefined): string {
  if (stream === undefined) return ''
  const { epoch, base, floor, seq, hash, iat, gap, candles, signers, ratios } = stream
  return JSON.stringify([epoch, base, floor, seq, hash, iat, gap, candles, signers, ratios])
}

function percentSold(event: JournalEvent, stream: string): readonly number[] {
  if (event.type === 'closing') return event.position.startsWith(`${stream} `) ? [100] : []
  if (event.type !== 'ordered') return []
  const { kind, stream: of, kid, again, intent } = event.order
  // One that was refused is tried again for what it was for.
  const isAnother = kind === 'exit' && of === stream && kid !== undefined && again !== true
  return isAnother ? [Number(intent.size.value)] : []
}
