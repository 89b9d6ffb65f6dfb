// Does what the core asked for, and brings the answer back as an input.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { seconds } from '@keyside/protocol'
import { type Clock, instant, isBusy, type Logger, type Trace } from '@keyside/runtime'
import { balanceAnswer } from './core/commands/answers.ts'
import type { Effect, Input } from './core/execution/inputs.ts'
import { readHistory } from './journal/history.ts'
import type { Journal } from './journal/journal.ts'
import type { Results } from './journal/results.ts'
import { lastStepWith } from './journal/sale-story.ts'
import { lookAtAccount } from './observe-account.ts'
import { look } from './observe-exchange.ts'
import { openingPrice } from './opening-price.ts'
import { findMarket } from './price-alerts/find-market.ts'
import type { AskReplay } from './providers/replay.ts'
import { MAX_REPLAYED, type ReportPublisher } from './report-publisher.ts'
import { resultsOfPeriod } from './results/period.ts'
import type { Exchange } from './venues/port.ts'

export interface EffectOptions {
  readonly exchange: Exchange
  readonly journal: Journal
  readonly results: Results
  readonly publisher: Pick<ReportPublisher, 'send'>
  /** Asks a provider; null without an answer, and then the core asks again. */
  readonly replay?: (effect: AskReplay) => Promise<Input | null>
  readonly take: (input: Input) => void
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly trace: Trace
  readonly log: Pick<Logger, 'error'>
}

const CANDLES = 60
/** After a look into a journal that another program holds, ms. */
const AGAIN_MS = 1_000

export function runEffect(effect: Effect, options: EffectOptions): void {
  answerOf(effect, options).then(
    (input) => input !== null && options.take(input),
    (error: unknown) => {
      // Only questions look into the journal: they may be asked twice.
      if (isBusy(error)) options.clock.after(AGAIN_MS, () => runEffect(effect, options))
      else options.log.error({ err: error, effect: effect.type }, 'effect failed')
    },
  )
}

async function answerOf(effect: Effect, options: EffectOptions): Promise<Input | null> {
  const { exchange, journal, results, clock, publisher } = options
  switch (effect.type) {
    case 'place':
      return place(effect, options)
    case 'find': {
      const { clientOrderId, market, exchangeId } = effect
      const result = await exchange.find(market, clientOrderId, exchangeId).catch(noAnswer)
      return { type: 'found', clientOrderId, result }
    }
    case 'open_orders':
      await listOpen(effect, options)
      return null
    case 'fills': {
      const { clientOrderId, market, exchangeId, since } = effect
      const result = await exchange.fills(market, exchangeId, since).catch(notOk)
      return { type: 'fills', clientOrderId, result }
    }
    case 'cancel': {
      const { clientOrderId, market, kind } = effect
      const result = await exchange.cancel(market, clientOrderId, kind).catch(notOk)
      return { type: 'cancel', clientOrderId, result }
    }
    case 'quote':
      await exchange.refreshQuote(effect.market).catch(notOk)
      return { type: 'quote', market: effect.market }
    case 'candles': {
      const { clientOrderId, market, timeframe } = effect
      const answer = await exchange.candles(market, timeframe, CANDLES).catch(notOk)
      return { type: 'candles', clientOrderId, candles: answer.ok ? answer.value : [] }
    }
    case 'find_market': {
      const { to, by, ask, currency } = effect
      const found = await findMarket(ask.market, currency, exchange)
      return { type: 'market_found', to, by, ask, found }
    }
    case 'watch':
      exchange.watch(effect.markets)
      return null
    case 'fee_price': {
      const { market, minute } = effect
      return { type: 'fee_price', market, minute, price: await openingPrice(effect, exchange) }
    }
    case 'sale_result': {
      const db = journal.database()
      const sale = (await results.read(db, nextTurn)).trade(effect.clientOrderId)
      const step = sale === undefined ? null : lastStepWith(db, sale)
      return step && { type: 'sale_result', step }
    }
    case 'look_back': {
      const { market, timeframe, limit, of } = effect
      const answer = await exchange.candles(market, timeframe, limit).catch(notOk)
      const candles = answer.ok ? answer.value : null
      return { type: 'looked_back', market, timeframe, of, candles }
    }
    case 'balances': {
      const answer = await exchange.refreshBalances().catch(notOk)
      return { type: 'rows', to: effect.to, answer: balanceAnswer(answer, effect.weights) }
    }
    case 'compare':
      await look(effect, options)
      return null
    case 'account':
      return { type: 'account', result: await lookAtAccount(options) }
    case 'replay':
      publisher.send(journal.reportsAfter(effect.after, MAX_REPLAYED))
      return null
    case 'ask_replay':
      return (await options.replay?.(effect)) ?? null
    case 'summary': {
      const { to, since, until, currency, now } = effect
      const trades = (await results.read(journal.database(), nextTurn)).trades()
      const period = resultsOfPeriod(trades, { since, until, currency })
      const span = { since: seconds(since), until: seconds(until) }
      return { type: 'rows', to, answer: { about: 'summary', ...span, ...period, ...now } }
    }
    case 'rows': {
      const answer = await readHistory(effect.ask, {
        db: journal.database(),
        results,
        now: clock.now(),
        pause: nextTurn,
        drawdown: effect.drawdown,
        candles: async (market, timeframe, since) => {
          const got = await exchange.candles(market, timeframe, CANDLES, since).catch(notOk)
          return got.ok ? got.value : []
        },
      })
      return { type: 'rows', to: effect.to, answer }
    }
  }
}

/** Each market is asked separately: one that does not answer does not hold up the others. */
async function listOpen(
  { markets }: Extract<Effect, { type: 'open_orders' }>,
  { exchange, take }: EffectOptions,
): Promise<void> {
  const asked =
    markets.length < exchange.wholeAccountFrom
      ? markets.map((market) => ({ market, about: [market] }))
      : [{ market: null, about: markets }]
  await Promise.all(
    asked.map(async ({ market, about }) => {
      const result = await exchange.openOrders(market).catch(notOk)
      take({ type: 'open_orders', markets: about, result })
    }),
  )
}

/** The port never throws. Should it throw, it is not known whether the order was sent. */
async function place(
  { order, signal }: Extract<Effect, { type: 'place' }>,
  { exchange, trace }: EffectOptions,
): Promise<Input> {
  const sent = instant()
  const placed = exchange.place(order)
  trace('sent', signal, sent)
  const result = await placed.catch(noAnswer)
  if (result.outcome === 'accepted') trace('accepted', signal)
  return { type: 'placed', clientOrderId: order.clientOrderId, result }
}

function noAnswer(error: unknown) {
  return { outcome: 'unknown', message: words(error) } as const
}

function notOk(error: unknown) {
  return { ok: false, message: words(error) } as const
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
