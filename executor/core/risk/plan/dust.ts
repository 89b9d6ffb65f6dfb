// Whether an amount is too little for the market: then nobody can sell it, or nothing can protect it.
import type { Decimal } from '@keyside/protocol'
import { ceilTo, floorTo, parseDecimal } from '../../model/decimals.ts'
import type { MarketRules } from '../../model/exchange.ts'
import { lowestSell } from './collar.ts'
import { marketLimitProblem } from './market-limits.ts'
import { planStop } from './stop.ts'

/** At the price an exit would carry now. Without a bid only the amount can tell. */
export function isUnsellable(
  amount: Decimal,
  { rules, bid, collar }: { rules: MarketRules; bid: Decimal | null; collar: Decimal },
): boolean {
  const whole = floorTo(parseDecimal(amount), parseDecimal(rules.step))
  if (whole.lte(0) || whole.lt(parseDecimal(rules.minAmount))) return true
  if (bid === null) return false
  const price = ceilTo(lowestSell(bid, collar), parseDecimal(rules.tick))
  return marketLimitProblem(whole, price, rules)?.code === 'size_below_minimum'
}

/** Its stop is worth less than an order may be, though it could be sold now. */
export function cannotBeStopped(
  amount: Decimal,
  { rules, stop, collar }: { rules: MarketRules; stop: Decimal; collar: Decimal },
): boolean {
  const about = { rules, stop, filled: amount, feeInBase: '0', collar, clientOrderId: '' }
  const planned = planStop(about)
  return !planned.ok && planned.code !== 'size_above_maximum'
}

/** What an order would leave behind with nothing to protect it, or with no way out at all. */
export function isTooLittleToKeep(
  amount: Decimal,
  about: { rules: MarketRules; bid: Decimal | null; stop: Decimal | null; collar: Decimal },
): boolean {
  const { stop } = about
  return (
    isUnsellable(amount, about) || (stop !== null && cannotBeStopped(amount, { ...about, stop }))
  )
}
