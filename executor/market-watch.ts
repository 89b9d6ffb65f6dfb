// Tells the trader, by its name, of a market that the exchange halts, takes off its list, or brings back.
import type { Cancel, Clock } from '@keyside/runtime'
import type { Input, Notice } from './core/execution/inputs.ts'
import { sentenceOf } from './core/model/codes.ts'
import type { MarketRules } from './core/model/exchange.ts'
import type { Exchange } from './venues/port.ts'

const LOOK_MS = 1_000

export interface MarketWatchOptions {
  readonly exchange: Pick<Exchange, 'rules'>
  readonly markets: readonly string[]
  /** Whether something is left there: a position, or an order. */
  readonly isHeld: (market: string) => boolean
  readonly clock: Pick<Clock, 'every'>
  readonly take: (input: Input) => void
}

type Standing = MarketRules['status'] | 'unknown'

/** Looks at once, and then every second. Each change is told once; what is in order at the start is not. */
export function watchMarkets({
  exchange,
  markets,
  isHeld,
  clock,
  take,
}: MarketWatchOptions): Cancel {
  const told = new Map<string, Standing>()
  const look = () => {
    for (const market of markets) {
      const standing = exchange.rules(market)?.status ?? 'unknown'
      const before = told.get(market) ?? 'trading'
      told.set(market, standing)
      if (standing === before) continue
      take({ type: 'notice', notice: noticeOf(market, standing, isHeld(market)) })
    }
  }
  look()
  return clock.every(LOOK_MS, look)
}

function noticeOf(market: string, standing: Standing, held: boolean): Notice {
  const level = held ? 'error' : 'warning'
  switch (standing) {
    case 'trading':
      return { level: 'info', code: 'market_open', message: worded(market, 'market_open') }
    case 'halted':
      return { level, code: 'market_closed', message: worded(market, 'market_closed') }
    default:
      return { level, code: 'exchange_market_unknown', message: goneWords(market, held) }
  }
}

function worded(market: string, code: 'market_open' | 'market_closed'): string {
  return `${market}: ${sentenceOf(code)}`
}

/** Whatever is left there cannot be sold or asked about: only the trader can look. */
function goneWords(market: string, held: boolean): string {
  return held
    ? `the exchange has no market ${market} any more, and something of it is in the journal: look at the exchange yourself`
    : `the exchange has no market ${market}: nothing is bought there, and the other markets go on; take it out of policy.yaml if it stays away`
}
