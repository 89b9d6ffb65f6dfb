// Coins that the positions say and the exchange does not have: told once, and not counted on until they are back.
import type { Decimal } from '@keyside/protocol'
import { sentenceOf } from '../codes.ts'
import { atLeast, minus } from '../core/money.ts'
import { notice, record, type Turn } from '../core/turn.ts'
import { baseOf, type Judgement } from './judge.ts'
import { setLook, shortIn } from './pace.ts'
import { shareOut } from './share.ts'

/** `proof`: seen in two looks, or in one that followed a sale which was refused for want of coins. */
export function judgeCoins(
  turn: Turn,
  market: string,
  { coins, held, there }: Judgement,
  proof: 'none' | 'looks' | 'refusal',
): undefined {
  if (coins === 'moving') return
  if (coins === 'there') return allThere(turn, market)
  const look = turn.live.looks[market]
  const short = minus(held, there)
  const before = look?.short ?? '0'
  setLook(turn, market, { short })
  const wasShort = shortIn(turn.book.positions, baseOf(market)).length > 0
  // Of two looks the one that saw more coins is believed.
  const sure = proof === 'looks' && atLeast(short, before) ? before : short
  if (proof !== 'none' || wasShort) setMissing(turn, market, sure, proof)
  const closed = turn.book.closed[market]
  if (proof === 'none' || closed === 'drift' || (closed === 'reappeared' && wasShort)) return
  record(turn, { type: 'drifted', market, held, there })
  tell(turn, 'position_drift', `${market}: positions ${held}, there ${there}`)
}

function allThere(turn: Turn, market: string): undefined {
  setLook(turn, market, { short: '0' })
  setMissing(turn, market, '0', 'looks')
  if (turn.book.closed[market] !== 'drift') return
  record(turn, { type: 'agreed', market })
  const message = `${sentenceOf('drift_over')} (${market})`
  notice(turn, { level: 'info', code: 'drift_over', message })
}

/** What comes back is believed at once: a sale of too much would be refused, and the look behind it is another proof. */
function setMissing(
  turn: Turn,
  market: string,
  short: Decimal,
  proof: 'none' | 'looks' | 'refusal',
): undefined {
  const { book, live, world } = turn
  const base = baseOf(market)
  const shares = shareOut(book, base, short, (one) => world.exchange.rules(one)?.step)
  const changed = Object.entries(shares).filter(([key, missing]) => {
    const before = book.positions[key]?.missing ?? '0'
    return missing !== before && (proof !== 'none' || atLeast(before, missing))
  })
  const { shortSince = 0 } = live.looks[market] ?? {}
  setLook(turn, market, { shortSince: short === '0' ? 0 : shortSince || world.now })
  if (changed.length === 0) return
  record(turn, { type: 'missing', market, positions: Object.fromEntries(changed) })
}

export function tell(
  turn: Turn,
  code: 'unexpected_activity' | 'order_reappeared' | 'position_drift',
  details: string,
): undefined {
  notice(turn, { level: 'error', code, message: `${sentenceOf(code)} (${details})` })
}
