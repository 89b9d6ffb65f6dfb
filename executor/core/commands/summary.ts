// How the device stands now, for a summary of some time.
import { type Answer, type Decimal, seconds, shownStream, toTotal } from '@keyside/protocol'
import Big from 'big.js'
import type { DecisionContext } from '../execution/context.ts'
import { usesOf } from '../health/limits-near.ts'
import { gainAt } from '../model/positions.ts'
import type { SummaryNow } from '../model/summary.ts'

type Summary = Extract<Answer, { about: 'summary' }>

/** What a report has room for beside its curve. */
const MAX_ROWS = 20
const MAX_CURRENCIES = 8

export function summaryNow(context: DecisionContext): SummaryNow {
  const { portfolio } = context
  const standing = standingNow(context)
  const left = standing.length - MAX_ROWS
  return {
    state: portfolio.trading,
    ...heldNow(context),
    limits: limitsNow(context),
    standing: standing.slice(0, MAX_ROWS),
    ...(left > 0 && { more: left }),
  }
}

function heldNow({ portfolio, environment }: DecisionContext) {
  const gains = new Map<string, Big>()
  const all = Object.values(portfolio.positions)
  let unpriced = 0
  for (const position of all) {
    const { market } = position
    const bid: Decimal | undefined = environment.exchange.quote(market)?.bid
    const gain = bid === undefined ? null : gainAt(position, bid)
    if (gain === null) unpriced += 1
    else {
      const quote = market.split('/')[1] ?? ''
      gains.set(quote, (gains.get(quote) ?? new Big(0)).plus(gain))
    }
  }
  const held = [...gains].slice(0, MAX_CURRENCIES).map(([currency, gain]) => ({
    currency,
    gain: toTotal(gain.abs().round(12)),
    negative: gain.lt(0),
  }))
  return { positions: all.length, unpriced, held }
}

function limitsNow(context: DecisionContext): Summary['limits'] {
  return usesOf(context)
    .flatMap(({ about, used, limit, unit }) => {
      if (used === null || used.eq(0)) return []
      const currency = unit === '' ? {} : { currency: unit }
      return [{ name: about, used: toTotal(used), limit: toTotal(limit), ...currency }]
    })
    .slice(0, MAX_ROWS)
}

/** A provider that is silent is told by its streams. */
function standingNow({ portfolio }: DecisionContext): Summary['standing'] {
  const conditions = Object.values(portfolio.conditions).map(({ code, about, since }) => {
    return { code, about, since: seconds(since) }
  })
  const silent = Object.entries(portfolio.streams).flatMap(([stream, { silentSince }]) =>
    silentSince === 0
      ? []
      : [{ code: 'stream_silent', about: shownStream(stream), since: seconds(silentSince) }],
  )
  const closed = Object.entries(portfolio.closedMarkets).map(([market, why]) => ({
    code: why === 'drift' ? 'position_drift' : 'order_reappeared',
    about: market,
    since: 0,
  }))
  return [...conditions, ...silent, ...closed]
}
