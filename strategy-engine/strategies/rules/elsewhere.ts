// `x @ 1h`, `x @ BTC/USDT`, `x @ BTC/USDT 1h`: a value of another timeframe, another market, or both.
import { tradedMarket } from '@keyside/protocol'
import { TIMEFRAME_NAMES, TIMEFRAMES, type Timeframe } from '../../market/candle.ts'
import { candlesBefore } from './candles-before.ts'
import { condition, numeric, thousands, withHistory } from './check.ts'
import type { Cursor } from './cursor.ts'
import type { Parsed } from './scope.ts'
import { timeframeHint } from './suggest.ts'
import { short } from './units.ts'

export function elsewhere(cursor: Cursor, of: Parsed): Parsed {
  const { at } = cursor.skip()
  withHistory(cursor, of, '@')
  if (of.elsewhere)
    cursor.problem(at, `"${short(cursor.written(of))}" is of another timeframe or market already`)
  const hasMarket = cursor.peek(1).text === '/'
  const market = hasMarket ? takeMarket(cursor) : null
  const timeframe = takeTimeframe(cursor, hasMarket)
  const place = {
    timeframe: timeframe === cursor.scope.timeframe ? null : timeframe,
    market: market === cursor.scope.market ? null : market,
  }
  if (place.timeframe === null && place.market === null) return { ...of, to: cursor.peek(-1).at }
  const parts = [{ ...of, elsewhere: true }]
  const unit = of.unit === 'literal' ? 'mixed' : of.unit
  const part =
    of.unit === 'condition'
      ? cursor.make({ is: 'elsewhere', of: condition(cursor, of), ...place }, unit, of.from, parts)
      : cursor.make({ is: 'elsewhere', of: numeric(cursor, of), ...place }, unit, of.from, parts)
  bound(cursor, part)
  return part
}

/** An engine fetches twice as many of the strategy's own candles as are needed, and goes through all of them at a start. */
const MAX_CANDLES = 300_000

function bound(cursor: Cursor, part: Parsed): void {
  const own = cursor.scope.timeframe
  if (own === null || part.unit === 'unknown') return
  const needed = candlesBefore(part.tree, own)
  if (needed <= MAX_CANDLES) return
  const said = `"${short(cursor.written(part))}" needs ${thousands(needed)} candles of ${own}`
  cursor.problem(
    part.from,
    `${said}, and at most ${thousands(MAX_CANDLES)} are taken: look back less far, or write a longer "timeframe"`,
  )
}

function takeMarket(cursor: Cursor): string | null {
  const { text: base, at } = cursor.skip()
  cursor.skip()
  const { type, text: quote } = cursor.peek()
  if (type !== 'word' && type !== 'quantity') cursor.unexpected('a market such as "BTC/USDT"')
  cursor.skip()
  const market = `${base}/${quote}`
  if (tradedMarket.safeParse(market).success) return market
  const capitals = market.toUpperCase()
  const hint = tradedMarket.safeParse(capitals).success ? `: did you mean "${capitals}"?` : ''
  cursor.problem(at, `"${short(market)}" is no market${hint}`)
  return null
}

function takeTimeframe(cursor: Cursor, hasMarket: boolean): Timeframe | null {
  const { type, text, at } = cursor.peek()
  if (type !== 'quantity') {
    if (hasMarket) return null
    if (type === 'word')
      return cursor.fail(
        at,
        `expected a timeframe such as "1h" or a market such as "BTC/USDT", got "${short(text)}"`,
      )
    return cursor.unexpected('a timeframe such as "1h" or a market such as "BTC/USDT"')
  }
  cursor.skip()
  const timeframe = TIMEFRAME_NAMES.find((name) => name === text)
  if (timeframe === undefined) {
    cursor.problem(at, `unknown timeframe "${short(text)}"${timeframeHint(text)}`)
    return null
  }
  const own = cursor.scope.timeframe
  if (own !== null && TIMEFRAMES[timeframe] < TIMEFRAMES[own])
    cursor.problem(at, `"${timeframe}" is shorter than the strategy's own timeframe, ${own}`)
  else if (own !== null && TIMEFRAMES[timeframe] % TIMEFRAMES[own] !== 0)
    cursor.problem(at, `"${timeframe}" is no multiple of the strategy's own timeframe, ${own}`)
  return timeframe
}
