// What the trader says about prices to hear of: set, listed, taken out.
import type { Answer, Decimal } from '@keyside/protocol'
import { append, type DecisionContext, emit, report } from '../execution/context.ts'
import type { AskPriceAlert, Input } from '../execution/inputs.ts'
import { watchMarkets } from '../execution/price-alerts.ts'
import { refusedAnswer } from '../execution/refusals.ts'
import { crossing, isSameAlert } from '../model/price-alerts.ts'
import { fitting } from '../model/report-room.ts'

/** All of them are asked about each second, in one question. */
const MAX_ALERTS = 50
/** Names in a sentence. */
const MAX_NAMES = 6

export function setPriceAlert(
  context: DecisionContext,
  ask: AskPriceAlert,
  { to, by }: { to: string; by: string },
): undefined {
  const { all } = context.portfolio.priceAlerts
  if (Object.keys(all).length >= MAX_ALERTS)
    return answer(context, to, refusedAnswer('price_alerts_full', `there are ${MAX_ALERTS}`))
  const { currency } = context.environment.policy
  emit(context, { type: 'find_market', to, by, ask, currency })
}

/** The exchange has said what it has. */
export function onMarketFound(
  context: DecisionContext,
  { to, by, ask, found }: Extract<Input, { type: 'market_found' }>,
): undefined {
  const { market, result } = found
  if (result.found === 'unknown')
    return answer(context, to, refusedAnswer('price_alert_unanswered', result.message))
  if (result.found === 'no') return answer(context, to, unlisted(market, result.near))
  const { last, all } = context.portfolio.priceAlerts
  const same = Object.values(all).find((one) => isSameAlert(one, { ...ask, market }))
  if (same !== undefined) return answer(context, to, priceAlertsAnswer(context, same.number))
  const { bid } = result.quote
  const { threshold, repeats } = ask
  const isThere = crossing(threshold, { low: bid, high: bid }, []) !== null
  if (isThere && repeats === 'once')
    return answer(context, to, refusedAnswer('price_alert_there', `${market} is at ${bid}`))
  const state = isThere ? 'spent' : 'armed'
  const alert = { number: last + 1, market, threshold, repeats, state } as const
  append(context, { type: 'price_alert_set', alert, by })
  watchMarkets(context)
  answer(context, to, priceAlertsAnswer(context, alert.number))
}

export function removePriceAlert(context: DecisionContext, number: number, by: string): Answer {
  if (context.portfolio.priceAlerts.all[number] === undefined)
    return refusedAnswer('price_alert_unknown')
  append(context, { type: 'price_alert_removed', number, by })
  watchMarkets(context)
  return priceAlertsAnswer(context)
}

export function priceAlertsAnswer(
  { portfolio, environment }: DecisionContext,
  set?: number,
): Answer {
  const all = Object.values(portfolio.priceAlerts.all)
  const rows = fitting(
    all.map(({ number, market, threshold, repeats, state }) => {
      const price: Decimal | undefined = environment.exchange.quote(market)?.bid
      return { number, market, threshold, repeats, state, ...(price !== undefined && { price }) }
    }),
  )
  const left = all.length - rows.length
  return {
    about: 'price_alerts',
    rows,
    ...(left > 0 && { more: left }),
    ...(set !== undefined && { set }),
  }
}

function unlisted(market: string, near: readonly string[]): Answer {
  const names = near.slice(0, MAX_NAMES).join(', ')
  return refusedAnswer(
    'price_alert_market_unknown',
    names === '' ? `it has no ${market}` : `it has no ${market}, and it has ${names}`,
  )
}

function answer(context: DecisionContext, to: string, content: Answer): undefined {
  report(context, { type: 'answer', to, answer: content })
}
