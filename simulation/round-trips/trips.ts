// Round trips of every kind at an exchange that takes fees, and beside them a judge who sees its fills alone.
import assert from 'node:assert/strict'
import { jtiOf, policyOf, TestExecutor } from '../../executor/testing/rig.ts'
import { type Answer, GENESIS, type Report, type Signal, sign } from '../../protocol/index.ts'
import { signingKey } from '../../protocol/node.ts'
import { Random } from '../base/random.ts'
import { FifoJudge, type JudgedFill, units } from './fifo-judge.ts'

const KEY = signingKey(new Uint8Array(32).fill(1))
const HOUR = 3_600_000
const STREAMS = ['home/demo', 'home/swing'] as const
type Stream = (typeof STREAMS)[number]
type About<Name extends Answer['about']> = Extract<Answer, { about: Name }>

/** An executor at an exchange with fees, and the judge beside it, who sees the fills alone. */
export class Trips {
  readonly executor = new TestExecutor({ streams: ['demo', 'swing'] })
  readonly judge = new FifoJudge('BTC', 'USDT')
  readonly random = new Random(12)
  readonly #chains = new Map<string, { seq: number; hash: string }>()
  readonly #charged = new Map<string, JudgedFill['fee']>()
  #doing: { stream: Stream; reason: string } = { stream: 'home/demo', reason: 'exit' }
  #cash = 10_000
  /** Of the next fills; null for whatever comes. */
  feesIn: string | null = null
  /** Coins and cash that somebody pays in, or takes out, once something is held. */
  #coming: readonly [coins: string, cash: number] | null = null
  #heads = 0
  #asked = 0

  constructor() {
    const { executor } = this
    const { exchange, policy } = executor
    const limits = { day: '1000000', hour: '1000000', position: '100000', order: '1000' }
    executor.policy = { ...policy, limits: { ...policyOf().limits, ...limits } }
    const view = exchange.view.bind(exchange)
    exchange.view = (shown) => {
      this.look()
      return view(shown)
    }
    const trades = exchange.trades.bind(exchange)
    exchange.trades = (market, since) => {
      this.look()
      return trades(market, since)
    }
    const balances = exchange.balances.bind(exchange)
    exchange.balances = () =>
      balances().map((row) =>
        row.currency === 'USDT' ? { ...row, free: String(this.#cash) } : row,
      )
  }

  /** The exchange takes its fee of each new fill, and the judge is shown it. */
  look(): void {
    for (const { order, fills } of this.executor.exchange.orders.values())
      fills.forEach((fill, at) => {
        if (this.#charged.has(fill.id)) return
        const fee = this.#feeOf(order.side, fill)
        this.#charged.set(fill.id, fee)
        if (fee !== undefined) fills[at] = { ...fill, fee }
        const { clientOrderId, side, type } = order
        const reason = type === 'stop_limit' ? 'stop' : this.#doing.reason
        const { stream } = this.#doing
        const { at: time, amount, price } = fill
        const known = { order: clientOrderId, stream, side, reason, at: time, amount, price }
        this.judge.take({ ...known, ...(fee && { fee }) })
      })
  }

  #feeOf(side: 'buy' | 'sell', { amount, price }: { amount: string; price: string }) {
    const usual = side === 'buy' ? ['USDT', 'BTC', 'BNB', 'none'] : ['USDT', 'BNB', 'none']
    const currency = this.feesIn ?? this.random.pick(usual)
    if (currency === 'none') return undefined
    const worth = Number(amount) * Number(price) * 0.00075
    const each = { BTC: Number(price), BNB: 612.3, USDT: 1 }[currency] ?? 1
    return { currency, amount: (worth / each).toFixed(8).replace(/\.?0+$/, '') }
  }

  act(stream: Stream, reason = 'exit'): void {
    this.#doing = { stream, reason }
  }

  async enter(stream: Stream, change: Partial<Signal> = {}): Promise<void> {
    this.act(stream)
    const sub = stream.slice(5)
    const { seq, hash } = this.#chain(sub)
    this.#heads += 1
    const name = jtiOf(`head ${this.#heads}`)
    this.executor.take(this.executor.head({ stream: sub, seq, hash, jti: name }))
    const price = this.executor.exchange.price
    const stopPrice = (Number(price) * 0.8).toFixed(2)
    await this.#give(sub, { referencePrice: price, stopPrice, ...change })
    if (this.#coming !== null) this.#pay(...this.#coming)
  }

  async exit(stream: Stream, percent = 100): Promise<void> {
    await this.sell(stream, { unit: 'percent', value: String(percent) })
  }

  async sell(stream: Stream, size: Signal['size']): Promise<void> {
    this.act(stream)
    const referencePrice = this.executor.exchange.price
    await this.#give(stream.slice(5), { kind: 'exit', side: 'sell', size, referencePrice })
    await this.pass(3)
  }

  #chain(sub: string) {
    return this.#chains.get(sub) ?? { seq: 0, hash: GENESIS }
  }

  async #give(sub: string, change: Partial<Signal>): Promise<void> {
    const { seq, hash: prev } = this.#chain(sub)
    const next = { sub, seq: seq + 1, prev, jti: jtiOf(`${sub} ${seq + 1}`) }
    const signal = this.executor.signal({ ...next, ...change })
    this.#chains.set(sub, { seq: seq + 1, hash: signal.hash })
    await this.executor.give(signal)
    await this.pass(3)
  }

  async pass(seconds: number): Promise<void> {
    await this.executor.clock.advance(seconds * 1000)
    this.look()
  }

  /** The device is off, and starts again: of what was sold only the journal knows. */
  async sleep(hours: number): Promise<void> {
    this.executor.stop()
    await this.executor.clock.advance(hours * HOUR)
    this.executor.crash()
    await this.pass(5)
  }

  move(low: number, high: number): void {
    const { exchange } = this.executor
    const moved = Number(exchange.price) * (1 + this.random.between(low, high) / 10_000)
    exchange.price = Math.min(90_000, Math.max(40_000, moved)).toFixed(2)
  }

  /** The newest order takes these parts, one after the other. */
  async inParts(parts: readonly string[], end: 'filled' | 'canceled' = 'filled'): Promise<void> {
    const { exchange } = this.executor
    const id = exchange.accepted.at(-1)?.clientOrderId ?? ''
    for (const [at, part] of parts.entries()) {
      this.move(-5, 5)
      exchange.fill(id, part, at === parts.length - 1 ? end : 'open')
      await this.pass(5)
    }
  }

  /** Split in two, in steps of the market. */
  halves(amount: string, part = this.random.between(20, 80)): readonly [string, string] {
    const steps = Math.round(Number(amount) * 100_000)
    const first = Math.floor((steps * part) / 100)
    return [(first / 100_000).toFixed(5), ((steps - first) / 100_000).toFixed(5)]
  }

  newest() {
    const order = this.executor.exchange.accepted.at(-1)
    if (order === undefined) throw new Error('nothing was ordered')
    return order
  }

  payWhileHeld(coins: string, cash: number): void {
    this.#coming = [coins, cash]
  }

  #pay(coins: string, cash: number): void {
    const { exchange } = this.executor
    this.#coming = null
    exchange.own = (Number(exchange.own) + Number(coins)).toFixed(5)
    this.#cash += cash
  }

  /** Throws where the wire has no room for it. */
  #travels(event: Report['event']): void {
    const now = this.executor.clock.now() / 1000
    const id = jtiOf('report')
    const registered = { iss: 'device', aud: 'bot', iat: now, exp: now + 60, jti: id }
    sign('report', { ...registered, seq: 1_000_000, session: id, at: now, event }, KEY)
  }

  async ask<Name extends 'trades' | 'results'>(
    instruction: Parameters<TestExecutor['command']>[0] & { do: Name },
  ): Promise<About<Name>> {
    this.#asked += 1
    await this.executor.give(this.executor.command(instruction, `ask ${this.#asked}`))
    await this.executor.clock.advance(1_000)
    const event = this.executor.reports.findLast((report) => report.event.type === 'answer')?.event
    if (event?.type !== 'answer' || event.answer.about !== instruction.do)
      throw new Error(`no ${instruction.do}, but ${JSON.stringify(event)}`)
    this.#travels(event)
    return event.answer as About<Name>
  }
}

/** What a stream does between nothing and nothing. */
const KINDS: readonly ((trips: Trips, stream: Stream) => Promise<void>)[] = [
  async function plain(trips, stream) {
    await trips.enter(stream)
    trips.move(-300, 320)
    await trips.exit(stream)
  },
  async function bothAtOnce(trips, stream) {
    const other = STREAMS.find((one) => one !== stream) ?? stream
    await trips.enter(stream)
    trips.move(-100, 100)
    await trips.enter(other, { size: { unit: 'quote', value: '211' } })
    trips.move(-300, 300)
    await trips.exit(stream)
    await trips.exit(other)
  },
  async function boughtInParts(trips, stream) {
    trips.executor.exchange.mode = 'rests'
    await trips.enter(stream)
    await trips.inParts(trips.halves(trips.newest().amount))
    trips.executor.exchange.mode = 'fills'
    await trips.pass(3)
    trips.move(-200, 250)
    await trips.exit(stream)
  },
  async function twoPurchases(trips, stream) {
    await trips.enter(stream)
    trips.move(-300, 100)
    await trips.enter(stream, { size: { unit: 'quote', value: '173' } })
    trips.move(-200, 400)
    // This fee makes the coins that are left fewer, and dearer.
    trips.feesIn = trips.random.pick(['BTC', 'USDT', 'BNB'])
    await trips.exit(stream, trips.random.between(40, 75))
    trips.feesIn = null
    trips.move(-200, 200)
    await trips.exit(stream)
  },
  async function stopped(trips, stream) {
    await trips.enter(stream)
    const stop = trips.newest()
    trips.act(stream, 'stop')
    trips.executor.exchange.price = (Number(stop.price) * 1.01).toFixed(2)
    await trips.inParts(trips.random.chance(0.5) ? [stop.amount] : trips.halves(stop.amount))
    trips.executor.exchange.price = '61234.56'
  },
  async function takeProfits(trips, stream) {
    const price = Number(trips.executor.exchange.price)
    const at = (by: number) => (price * by).toFixed(2)
    const takeProfits = [
      { price: at(1.01), percent: '30' },
      { price: at(1.02), percent: '40' },
    ]
    await trips.enter(stream, { takeProfits })
    trips.act(stream, 'take_profit')
    for (const by of [1.011, 1.021]) {
      trips.executor.exchange.price = at(by)
      await trips.pass(5)
    }
    trips.move(-200, 50)
    await trips.exit(stream)
  },
  async function soldInParts(trips, stream) {
    await trips.enter(stream)
    trips.move(-100, 150)
    trips.executor.exchange.mode = 'rests'
    await trips.exit(stream)
    const [first] = trips.halves(trips.newest().amount, 45)
    await trips.inParts(trips.halves(first), 'canceled')
    trips.executor.exchange.mode = 'fills'
    await trips.pass(3)
    await trips.exit(stream)
  },
  async function leavesDust(trips, stream) {
    await trips.enter(stream, { size: { unit: 'base', value: '0.005' } })
    trips.move(-100, 150)
    await trips.sell(stream, { unit: 'base', value: '0.00496' })
  },
  async function costsUnknown(trips, stream) {
    await trips.enter(stream)
    // More than was bought goes out: the fee is of coins that nobody here has paid.
    trips.feesIn = 'BTC'
    await trips.exit(stream)
    trips.feesIn = null
  },
]

export async function trade(trips: Trips, count: number): Promise<void> {
  for (let trip = 0; trip < count; trip += 1) {
    const kind = KINDS[trip % KINDS.length]
    if (trip === 60) trips.payWhileHeld('0.5', 5_000)
    if (trip === 140) trips.payWhileHeld('-0.7', -7_000)
    await kind?.(trips, trips.random.pick(STREAMS))
    await trips.pass(5)
    // What is left is too little to sell: nobody's sale takes it along.
    for (const stream of STREAMS) {
      assert.ok(trips.judge.holds(stream) < units('0.00006'), `${trip}: ${kind?.name}`)
      trips.judge.leave(stream)
    }
    assert.deepEqual(trips.executor.state().portfolio.positions, {}, `${trip}: ${kind?.name}`)
    trips.executor.exchange.forget()
    if (trip % 5 === 4) await trips.sleep(trips.random.between(24, 60))
    trips.move(-100, 100)
  }
}
