// No new risk once enough is lost: for the rest of the day, or until the trader has looked.
import type { Decimal } from '@keyside/protocol'
import { parseDecimal } from '../../model/decimals.ts'
import { deny, type Rule, type Use } from './rule.ts'

export const dayLoss: Rule = {
  tag: 'loss.day',
  check({ kind, losses: { day, today } }, { limits, currency }) {
    if (kind !== 'entry') return null
    if (today === null)
      return deny(
        this,
        'the price of something held is missing or old, so today cannot be reckoned: wait, or check the connection',
      )
    if (day === 'open' && parseDecimal(today).lt(parseDecimal(limits.dayLoss))) return null
    return deny(
      this,
      `expected to lose less than ${limits.dayLoss} ${currency} a day, that much was lost (now ${today}): no entries until 00:00 UTC`,
    )
  },
  uses: ({ losses: { today } }, { limits }) => lossOf(today, limits.dayLoss),
}

export const drawdown: Rule = {
  tag: 'loss.dd',
  check({ kind, losses: { drawdown } }, { limits, currency }) {
    if (kind !== 'entry') return null
    if (drawdown !== null && parseDecimal(drawdown).lt(parseDecimal(limits.drawdown))) return null
    return deny(
      this,
      `expected a result less than ${limits.drawdown} ${currency} below its best, it is ${drawdown ?? 'not known how far'}: look at what happened, then run "keyside unhalt"`,
    )
  },
  uses: ({ losses }, { limits }) => lossOf(losses.drawdown, limits.drawdown),
}

function lossOf(used: Decimal | null, limit: Decimal): Use | null {
  if (used === null) return null
  return { used: parseDecimal(used), limit: parseDecimal(limit), unit: 'money' }
}
