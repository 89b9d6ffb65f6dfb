// What a comparison with the exchange changes in the portfolio: which markets take no entries, and where an adjustment of the journal starts.
import type { Decimal } from '@keyside/protocol'
import { withExplained } from './account.ts'
import { minus } from './decimals.ts'
import type { FactOf } from './events.ts'
import { takeFromLots } from './lots.ts'
import type { Position } from './position.ts'
import type { Portfolio } from './state.ts'

/** An order that came back closes a market until the trader has looked; coins that are missing, until they are there. */
export function close(
  portfolio: Portfolio,
  market: string,
  why: 'drift' | 'reappeared',
): Portfolio {
  if (portfolio.closedMarkets[market] === 'reappeared') return portfolio
  return { ...portfolio, closedMarkets: { ...portfolio.closedMarkets, [market]: why } }
}

/** What is told as a trade need not be told as coins that came and went. */
export function explain(
  portfolio: Portfolio,
  { moved, at }: FactOf<'unexpected'> | FactOf<'reappeared'>,
): Portfolio {
  if (moved === undefined) return portfolio
  return { ...portfolio, account: withExplained(portfolio.account, moved, at) }
}

export function reopen(portfolio: Portfolio, market: string): Portfolio {
  if (portfolio.closedMarkets[market] !== 'drift') return portfolio
  const { [market]: _, ...closed } = portfolio.closedMarkets
  return { ...portfolio, closedMarkets: closed }
}

/** What failed for want of coins is tried at once with those that are there. */
export function applyMissing(portfolio: Portfolio, { positions }: FactOf<'missing'>): Portfolio {
  const none = { times: 0, at: 0 }
  const changed = Object.entries(positions).flatMap(([key, missing]) => {
    const position = portfolio.positions[key]
    if (position === undefined) return []
    return [
      [key, { ...position, missing, stops: 0, failures: { exit: none, stop: none } }] as const,
    ]
  })
  return { ...portfolio, positions: { ...portfolio.positions, ...Object.fromEntries(changed) } }
}

/** Skips more numbers of stops and exits than can have been used since the backup, so that no order id is used twice. */
const NAMES_LOST = 1_000_000

/** Entries of every stream wait for its next head: what was signed since a backup was made is not in its journal. */
export function adjust(
  portfolio: Portfolio,
  amounts: Readonly<Record<string, Decimal>>,
): Portfolio {
  const positions = Object.entries(portfolio.positions).flatMap(([key, position]) => {
    const amount = amounts[key] ?? position.amount
    const { left: lots } = takeFromLots(position.lots, minus(position.amount, amount))
    return amount === '0'
      ? []
      : [[key, { ...position, amount, lots, missing: '0' }] as [string, Position]]
  })
  const streams = Object.entries(portfolio.streams).map(
    ([name, stream]) => [name, { ...stream, gap: 'open' }] as const,
  )
  return {
    ...portfolio,
    stops: portfolio.stops + NAMES_LOST,
    exits: portfolio.exits + NAMES_LOST,
    closedMarkets: {},
    positions: Object.fromEntries(positions),
    streams: Object.fromEntries(streams),
  }
}
