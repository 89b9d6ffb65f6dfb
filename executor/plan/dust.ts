// Whether an amount is too little for the market: then nobody can sell it, and nothing can protect it.
import type { Decimal } from '@keyside/protocol'
import type { MarketRules } from '../exchange/port.ts'
import { lowestSell } from './collar.ts'
import { ceilTo, exact, floorTo } from './exact.ts'
import { misfit } from './misfit.ts'

/** At the price an exit would carry now. Without a bid only the amount can tell. */
export function isUnsellable(
  amount: Decimal,
  { rules, bid, collar }: { rules: MarketRules; bid: Decimal | null; collar: Decimal },
): boolean {
  const whole = floorTo(exact(amount), exact(rules.step))
  if (whole.lte(0) || whole.lt(exact(rules.minAmount))) return true
  if (bid === null) return false
  const price = ceilTo(lowestSell(bid, collar), exact(rules.tick))
  return misfit(whole, price, rules)?.code === 'size_below_minimum'
}
