// The promises that are checked after every step.
import type { JournalEvent } from '../executor/core/model/events.ts'
import { isFinal } from '../executor/core/model/order-table.ts'
import { EMPTY_PORTFOLIO, type Portfolio } from '../executor/core/model/state.ts'
import type { Policy } from '../executor/core/risk/policy/schema.ts'
import { brokenCap } from './caps.ts'
import type { Device } from './device.ts'
import type { StoredSignal } from './engine.ts'
import { Exits } from './exits.ts'
import { ACCEPTANCE_WINDOW_MS } from './faults.ts'
import { type GroundTruth, heldBy, openSales, type TakenOrder } from './ground-truth.ts'
import type { FragileJournal } from './journal.ts'
import { Ledger } from './ledger.ts'
import { Protection } from './protection.ts'
import { ProviderBounds } from './provider-bounds.ts'
import type { Simulation } from './simulation.ts'
import { WaysOutJudge } from './ways-out/judge.ts'

const UNKNOWN_MS = 120_000
/** Until the device has seen that coins went, whatever was in its way. */
const SEEN_MS = 45_000
const MAX_UNCOVERED = 3
/** What a clock that is wrong and a skew that is a minute old may add to an age, ms. */
const CLOCK_MS = 7_000

export class Invariants {
  readonly ledger = new Ledger()
  readonly providers: ProviderBounds
  readonly waysOut: WaysOutJudge
  readonly #simulation: Simulation
  readonly #truth: GroundTruth
  readonly #protection: Protection
  readonly #exits: Exits
  /** What was found equal last. */
  #compared: { running: Portfolio; folded: Portfolio } = {
    running: EMPTY_PORTFOLIO,
    folded: EMPTY_PORTFOLIO,
  }
  /** How many refused sales were judged, and how many of them came late, by market and withdrawal. */
  #judged = 0
  readonly #uncovered = new Map<string, number>()
  readonly #watermarks = new Map<string, number>()

  constructor(
    simulation: Simulation,
    truth: GroundTruth,
    signed: (stream: string) => readonly StoredSignal[],
  ) {
    this.#simulation = simulation
    this.providers = new ProviderBounds({ simulation, ledger: this.ledger, signed })
    this.#truth = truth
    this.#protection = new Protection(simulation, truth, this.ledger)
    this.#exits = new Exits(simulation, this.ledger, truth)
    this.waysOut = new WaysOutJudge(
      (invariant, message) => this.#violate(invariant, message),
      (clientOrderId) => this.ledger.known(clientOrderId).seed.kind,
    )
  }

  /** Reads what was committed and judges it at once. */
  onCommit(journal: FragileJournal, policy: Policy, isClockSteady: boolean): void {
    const { ledger } = this
    const before = ledger.lastReport
    const { portfolio } = ledger
    const sent = isClockSteady ? ledger.sentLately(this.#now()) : 0
    try {
      const news = ledger.read(journal.database(), this.#now(), policy)
      for (const fact of news.events) this.#judge(fact, policy, sent)
      this.providers.onCommit(news.events, portfolio)
      const whole = news.reports.every(({ seq }, at) => seq === before + at + 1)
      if (!whole) this.#violate('reports are numbered without holes', `after number ${before}`)
    } catch (error) {
      this.#violate('every fact follows from the ones before it', String(error))
    }
    this.#checkWatermarks()
    this.#checkOpen()
  }

  #checkOpen(): void {
    for (const { clientOrderId, state } of Object.values(this.ledger.portfolio.orders))
      if (isFinal(state)) this.#violate('an order that is over is closed', clientOrderId)
  }

  #judge(fact: JournalEvent, policy: Policy, sentBefore: number): void {
    this.#simulation.note(`  ${wordsOf(fact)}`)
    this.#exits.onFact(fact)
    this.#truth.foreign.onFact(fact, {
      ledger: this.ledger,
      orders: this.#truth.orders,
      simulation: this.#simulation,
    })
    this.waysOut.onFact(fact)
    if (fact.type !== 'step') return
    if (fact.event === 'mark_unknown') this.#simulation.count('unknowns')
    if (fact.event !== 'prompt' && fact.event !== 'initialize') return
    const entry = this.ledger.known(fact.clientOrderId)
    if (entry.seed.kind !== 'entry') return
    if (fact.event === 'initialize' && entry.tradingState !== 'running')
      this.#violate('nothing is bought while that is stopped', entry.tradingState)
    const broken = brokenCap(this.ledger, entry, policy, { at: fact.at, sentBefore })
    if (broken !== null) this.#violate('I2 used and reserved within every cap', broken)
  }

  #checkWatermarks(): void {
    for (const [stream, { seq, epoch }] of Object.entries(this.ledger.portfolio.streams)) {
      const name = `${stream} ${epoch}`
      const before = this.#watermarks.get(name) ?? 0
      if (seq < before) this.#violate('I8 no watermark decreases', `${name}: ${before} to ${seq}`)
      this.#watermarks.set(name, seq)
    }
  }

  /** The exchange has taken an order. */
  onTaken(order: TakenOrder): undefined {
    const { wire } = order
    const taken = this.#truth.orders.filter(
      (one) => one.wire.clientOrderId === wire.clientOrderId,
    ).length
    if (taken > 1)
      return this.#violate('I1 at most one order for a signal and leg', wire.clientOrderId)
    const known = this.ledger.orders.get(wire.clientOrderId)
    if (known === undefined || known.policy === null)
      return this.#violate('intent before effect', `${wire.clientOrderId} was never intended`)
    const { seed, policy, approved } = known
    this.#exits.onTaken(order)
    const { validUntil, signedAt } = seed
    if (seed.kind === 'entry') {
      const last = approved
        ? Math.min(validUntil, signedAt + policy.approvalTimeoutMs)
        : signedAt + policy.maxSignalAgeMs
      const late = this.#now() - last - ACCEPTANCE_WINDOW_MS
      if (late > CLOCK_MS)
        this.#violate('I3 no order after its time and the window', `${late} ms late`)
    }
    this.#checkSales(seed.stream)
  }

  onCancel(clientOrderId: string): void {
    if (!this.ledger.orders.has(clientOrderId))
      this.#violate("the trader's own orders are not touched", clientOrderId)
  }

  #checkSales(stream: string): void {
    for (const { market, amount } of openSales(this.#truth, this.ledger, stream)) {
      const held = heldBy(this.#truth, this.ledger, stream, market)
      if (amount > held)
        this.#violate('never sells more than the stream holds', `${stream}: ${amount} of ${held}`)
    }
  }

  afterStep(device: Device): void {
    this.#checkCover()
    const running = device.running()
    this.#checkUnknown(running?.since ?? null)
    this.#protection.check(running)
    if (running === null) return
    const { portfolio } = running.shell.state()
    if (portfolio === this.#compared.running && this.ledger.portfolio === this.#compared.folded)
      return
    this.#compared = { running: portfolio, folded: this.ledger.portfolio }
    const state = JSON.stringify(portfolio)
    if (state !== JSON.stringify(this.ledger.portfolio))
      this.#violate('I6 the journal folds to the running state', difference(state, this.ledger))
  }

  /** Once the device has had time to see what went, it does not try again and again to sell more than is there. */
  #checkCover(): void {
    const news = this.#truth.uncovered.slice(this.#judged)
    this.#judged += news.length
    for (const { market, at } of news) {
      const since = this.#truth.touchedAt(market)
      if (at - since < SEEN_MS || !this.#simulation.isExchangeUp()) continue
      // What an unknown order may have sold is missing for no certain reason: nothing is concluded while it is open.
      if (this.#hasUnknown(market)) continue
      const key = `${market} ${since}`
      const times = (this.#uncovered.get(key) ?? 0) + 1
      this.#uncovered.set(key, times)
      if (times > MAX_UNCOVERED)
        this.#violate('no sale is tried on and on for more than is there', market)
    }
  }

  #hasUnknown(market: string): boolean {
    return Object.values(this.ledger.portfolio.orders).some(
      ({ intent, state }) => intent.market === market && state === 'unknown',
    )
  }

  #checkUnknown(upSince: number | null): void {
    if (upSince === null) return
    for (const [id, { state, movedAt, alarmedAt }] of this.ledger.orders) {
      if (state !== 'unknown') continue
      const silent = this.#now() - Math.max(movedAt, alarmedAt, upSince)
      if (silent > UNKNOWN_MS) this.#violate('I4 every unknown solved or alarmed in 120 s', id)
    }
  }

  #now(): number {
    return this.#simulation.scheduler.now()
  }

  #violate(invariant: string, message: string): undefined {
    this.#simulation.violate(invariant, message)
  }
}

function difference(state: string, { portfolio }: Ledger): string {
  const folded = JSON.stringify(portfolio)
  const at = [...state].findIndex((letter, index) => letter !== folded[index])
  return `running ${state.slice(at, at + 80)}, folded ${folded.slice(at, at + 80)}`
}

function wordsOf(fact: JournalEvent): string {
  const id = 'clientOrderId' in fact ? fact.clientOrderId.slice(0, 6) : ''
  switch (fact.type) {
    case 'step':
      return `${id} ${fact.event}${fact.code === undefined ? '' : ` ${fact.code}`}`
    case 'ordered':
      return `${fact.order.clientOrderId.slice(0, 6)} ordered ${fact.order.kind} ${fact.order.stream}`
    case 'planned':
      return `${id} planned ${fact.plan.request.type} ${fact.plan.request.amount} at ${fact.plan.request.price}`
    case 'fill':
      return `${id} fill ${fact.trade.amount} at ${fact.trade.price}`
    case 'signal':
      return `signal ${fact.stream} ${fact.seq} ${fact.kind}`
    case 'trading':
      return `trading ${fact.state}`
    case 'unprotected':
      return `unprotected ${fact.position}: ${fact.message}`
    case 'day_lost':
      return `day lost: ${fact.lost}`
    case 'closing':
      return `closing ${fact.position}: ${fact.why}`
    case 'stop_moved':
      return `stop of ${fact.position} moved to ${fact.stop}: ${fact.why}`
    case 'written_off':
      return `${fact.amount} of ${fact.position} written off`
    case 'position_drift':
      return `${fact.market} drifted: ${fact.there} of ${fact.held}`
    case 'unexpected':
    case 'reappeared':
      return `${fact.type} ${fact.exchangeId}`
    case 'refused':
      return `refused ${fact.code}`
    case 'keyset':
      return `keyset ${fact.version} of ${fact.provider}`
    case 'gap_closed':
      return `gap of ${fact.stream} closed up to ${fact.seq}: ${fact.why}`
    default:
      return fact.type
  }
}
