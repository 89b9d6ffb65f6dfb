// A strategy on paper beside its fast backtest, on the same market: each trade of both, and where the difference comes from.
import Big from 'big.js'
import type { OrderRequest } from '../executor/core/model/exchange.ts'
import { requestOf } from '../executor/venues/adapter/model-port.ts'
import { PaperAccount } from '../executor/venues/paper/account.ts'
import { ACCOUNT, math } from '../executor/venues/paper/math.ts'
import { Book } from '../sandbox/exchange/book.ts'
import { Market, tickAt } from '../sandbox/market/market.ts'
import type { Trade } from '../strategy-engine/backtest/ledger.ts'
import { runBacktest } from '../strategy-engine/backtest/run.ts'
import { columnsOf } from '../strategy-engine/market/candle-columns.ts'
import { readStrategy } from '../strategy-engine/strategies/file/read-strategy.ts'

const BTC = 'BTC/USDT'
const START = Date.UTC(2026, 10, 16)
const [HOUR_MS, MINUTE_MS, SECOND_MS] = [3_600_000, 60_000, 1_000]
const CANDLE_MS = 5 * MINUTE_MS
const BALANCE = 100_000
const STOP_PERCENT = 0.3
/** A stop sells down to so much below its trigger, percent. */
const STOP_DEPTH = 2
const FEE = '0.001'

const STRATEGY = `name: week
market: ${BTC}
timeframe: 5m
enter: crossover(ema(8), ema(21))
exit: crossunder(ema(8), ema(21))
size: 60000 USDT
stop: ${STOP_PERCENT} %
`

export interface PaperWeekOptions {
  readonly seed: number
  readonly days: number
  /** From the decision to the book that the order meets, ms. */
  readonly delayMs: number
}

/** Quote that paper has more than the backtest; below zero, less. */
export interface Parts {
  /** The price moved between the opening and the order's arrival. */
  delay: number
  /** Half of it, each time. */
  spread: number
  /** Beyond the best price of the book. */
  depth: number
  /** Stops: another price than the trigger or the opening, another time, or only one of the two was stopped. */
  stops: number
  /** What fees differ: paper's first is taken in the coin, so less is sold, and it costs what that would have brought. */
  fees: number
  /** What is left of less than a step of the coin, since the first fee is taken in it. */
  dust: number
}

interface PaperTrade {
  readonly entry: number
  readonly exit: number
  readonly end: 'rule' | 'stop' | 'open'
  readonly backtestEntry: number
  readonly backtestExit: number
  readonly backtestEnd: string
  readonly gain: number
  readonly backtestGain: number
  readonly parts: Parts
}

export interface PaperWeek {
  readonly trades: readonly PaperTrade[]
  /** Of all trades, quote. */
  readonly paper: number
  readonly backtest: number
  readonly parts: Parts
}

export function paperWeek(options: PaperWeekOptions): PaperWeek {
  const market = new Market({ seed: options.seed })
  const trades = backtested(market, options).map((trade) => traded(market, trade, options))
  const sum = (read: (trade: PaperTrade) => number) =>
    trades.reduce((all, one) => all + read(one), 0)
  const parts = none()
  for (const key of Object.keys(parts) as (keyof Parts)[]) parts[key] = sum((one) => one.parts[key])
  return {
    trades,
    paper: sum(({ gain }) => gain),
    backtest: sum(({ backtestGain }) => backtestGain),
    parts,
  }
}

function none(): Parts {
  return { delay: 0, spread: 0, depth: 0, stops: 0, fees: 0, dust: 0 }
}

/** With no spread and no slippage: what it leaves out is what is to be explained. */
function backtested(market: Market, { days }: PaperWeekOptions): readonly Readonly<Trade>[] {
  const count = (days * 24 * HOUR_MS) / CANDLE_MS
  const candles = Array.from({ length: count }, (_, at) => {
    const openTime = START + at * CANDLE_MS
    const { open, high, low, close, volume } = market.candle(
      BTC,
      openTime,
      CANDLE_MS,
      openTime + CANDLE_MS,
    )
    return { start: openTime / 1_000, open, high, low, close, volume }
  })
  const read = readStrategy(STRATEGY)
  const [strategy] = read.ok ? read.strategies : []
  if (strategy === undefined) throw new Error('the strategy of the week cannot be read')
  const steps = { step: 0.00001, leastAmount: 0.00001, leastValue: 5 }
  return runBacktest(strategy, {
    candles: columnsOf(candles),
    options: {
      balance: BALANCE,
      fill: 'open',
      fee: Number(FEE) * 100,
      spread: 0,
      slippage: 0,
      steps,
    },
  }).ledger.trades
}

/** The same decisions, at an account on paper: bought at the opening and protected, sold by the rule or by the stop. */
function traded(market: Market, trade: Readonly<Trade>, { delayMs }: PaperWeekOptions): PaperTrade {
  const on = new PaperMarket(market)
  const boughtAt = trade.entryTime * 1_000 + delayMs
  const signal = Number(market.price(BTC, trade.entryTime * 1_000 - 250))
  const middle = on.look(boughtAt)
  const amount = new Big(trade.amount).round(5, Big.roundDown).toFixed()
  const bought = on.place({ side: 'buy', amount, price: cents(middle * 1.01) }, boughtAt)
  const held = new Big(bought.amount).minus(bought.fee).round(5, Big.roundDown).toFixed()
  const trigger = signal * (1 - STOP_PERCENT / 100)
  const stop = on.stop({ amount: held, trigger }, boughtAt)
  const wantsOut = trade.exitTime * 1_000
  const isRule = trade.end === 'rule'
  const end = isRule ? wantsOut + delayMs : wantsOut + CANDLE_MS
  const stopped = on.walk(stop, trigger, { from: boughtAt, to: end })
  const sold = stopped ?? on.sell(held, end)
  const parts = none()
  const enter = (price: number) => price * trade.amount
  parts.delay -= enter(middle - trade.entryPrice)
  parts.spread -= enter(bought.best - middle)
  parts.depth -= enter(bought.average - bought.best)
  if (stopped === null && isRule) {
    parts.delay += enter(sold.middle - trade.exitPrice)
    parts.spread += enter(sold.best - sold.middle)
    parts.depth += enter(sold.average - sold.best)
  } else parts.stops += enter(sold.average - trade.exitPrice)
  const gain = Number(new Big(sold.value).minus(sold.fee).minus(bought.value))
  const backtestGain = trade.proceeds - trade.cost
  // The first is taken in the coin: it costs what the coin would have brought.
  parts.fees = trade.fees - Number(bought.fee) * sold.average - Number(sold.fee)
  parts.dust = -Number(new Big(bought.amount).minus(bought.fee).minus(held)) * sold.average
  return {
    entry: bought.average,
    exit: sold.average,
    end: stopped === null ? (isRule ? 'rule' : 'open') : 'stop',
    backtestEntry: trade.entryPrice,
    backtestExit: trade.exitPrice,
    backtestEnd: trade.end,
    gain,
    backtestGain,
    parts,
  }
}

interface Done {
  readonly amount: Big
  readonly value: Big
  readonly average: number
  /** Base for a purchase, quote for a sale. */
  readonly fee: Big
  /** Of the book that it met. */
  readonly best: number
  readonly middle: number
}

class PaperMarket {
  readonly #market: Market
  readonly #book: Book
  readonly #account: PaperAccount
  #names = 0

  constructor(market: Market) {
    this.#market = market
    this.#book = new Book(market)
    this.#account = new PaperAccount({
      path: ':memory:',
      venue: 'binance',
      balances: { USDT: String(BALANCE) },
    })
    this.#account.use([
      {
        ...{ symbol: BTC, base: 'BTC', quote: 'USDT', tick: '0.01', step: '0.00001' },
        ...{ minAmount: '0.00001', maxAmount: '9000', minValue: '5' },
        fees: { maker: FEE, taker: FEE },
      },
    ])
  }

  /** The account sees the book of that moment. Gives the middle of it. */
  look(at: number): number {
    const [instrument] = this.#market.instruments.filter(({ symbol }) => symbol === BTC)
    if (instrument === undefined) throw new Error('no market')
    const book = this.#book.at(instrument, tickAt(at))
    this.#account.fills.see(BTC, { book, traded: [] })
    this.#account.change(BTC, (venue) => venue.advance(at))
    return Number(this.#market.price(BTC, at))
  }

  place(wish: Pick<OrderRequest, 'side' | 'amount' | 'price'>, at: number): Done {
    const id = this.#submit({ ...wish, type: 'limit', timeInForce: 'IOC' }, at)
    return this.#done(id, Number(this.#market.price(BTC, at)))
  }

  sell(amount: string, at: number): Done {
    for (const { request } of [...this.#account.venue.open]) this.#cancel(request.clientOrderId, at)
    const middle = this.look(at)
    return this.place({ side: 'sell', amount, price: cents(middle * 0.98) }, at)
  }

  stop({ amount, trigger }: { amount: string; trigger: number }, at: number): string {
    const price = cents(trigger * (1 - STOP_DEPTH / 100))
    const triggerPrice = cents(trigger)
    const wish = { side: 'sell', amount, price, triggerPrice } as const
    return this.#submit({ ...wish, type: 'stop_limit', timeInForce: 'GTC' }, at)
  }

  /** Second by second where a minute comes near. Null while the stop waits at the end. */
  walk(stop: string, trigger: number, { from, to }: { from: number; to: number }): Done | null {
    for (let minute = from - (from % MINUTE_MS); minute < to; minute += MINUTE_MS) {
      const { low } = this.#market.candle(BTC, minute, MINUTE_MS, minute + MINUTE_MS)
      // The bid is below the price.
      if (Number(low) > trigger * 1.001) continue
      for (
        let at = Math.max(from + SECOND_MS, minute);
        at < Math.min(to, minute + MINUTE_MS);
        at += SECOND_MS
      ) {
        const middle = this.look(at)
        if (this.#account.find(stop)?.status === 'filled') return this.#done(stop, middle)
      }
    }
    return null
  }

  #submit(wish: Omit<OrderRequest, 'clientOrderId' | 'market'>, at: number): string {
    this.#names += 1
    const clientOrderId = this.#names.toString(16).padStart(32, '0')
    const sent = { ...wish, clientOrderId, market: BTC }
    const submitted = this.#account.change(BTC, (venue) =>
      venue.submit(requestOf(math, sent, ACCOUNT), at),
    )
    if (submitted.outcome === 'rejected') throw new Error(submitted.reason)
    return clientOrderId
  }

  #cancel(clientOrderId: string, at: number): void {
    const order = this.#account.find(clientOrderId)
    if (order !== null) this.#account.change(BTC, (venue) => venue.cancel(order, at))
  }

  #done(clientOrderId: string, middle: number): Done {
    const order = this.#account.find(clientOrderId)
    const [first] = order?.fills ?? []
    if (order === null || first === undefined) throw new Error('nothing was filled')
    const fee = order.fills.reduce((sum, one) => sum.plus(one.fee?.amount ?? 0), new Big(0))
    const average = Number(order.filledValue.div(order.filled))
    return {
      amount: order.filled,
      value: order.filledValue,
      average,
      fee,
      best: Number(first.price),
      middle,
    }
  }
}

function cents(price: number): string {
  return price.toFixed(2)
}
