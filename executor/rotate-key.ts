// Checks of a new API key before it replaces the account's present one.

import { isZero, plus } from './core/model/decimals.ts'
import type { Answered, Balance, KeyRights } from './core/model/exchange.ts'
import type { Exchange } from './venues/port.ts'

/** `unknown`: the old one does not answer any more, so that nothing can be compared. */
export type SameAccount = 'yes' | 'no' | 'unknown'

type Asked = Pick<Exchange, 'keyRights' | 'refreshBalances'>

/** A fill between the two questions makes them differ once. */
const TRIES = 3

/** What the new key may do; then, by what each of them sees there, whether both are of one account. */
export async function tryKey(
  next: Asked,
  old: Asked,
): Promise<{ readonly rights: Answered<KeyRights>; readonly same: SameAccount }> {
  const rights = await next.keyRights()
  if (!rights.ok || !(await old.keyRights()).ok) return { rights, same: 'unknown' }
  for (let times = 0; times < TRIES; times += 1) {
    const [mine, theirs] = [await next.refreshBalances(), await old.refreshBalances()]
    if (!mine.ok || !theirs.ok) return { rights, same: 'unknown' }
    if (worded(mine.value) === worded(theirs.value)) return { rights, same: 'yes' }
  }
  return { rights, same: 'no' }
}

/** Free or locked is one: an order may come or go. */
function worded(balances: readonly Balance[]): string {
  return balances
    .map(({ currency, free, used }) => [currency, plus(free, used)] as const)
    .filter(([, amount]) => !isZero(amount))
    .map(([currency, amount]) => `${currency} ${amount}`)
    .sort()
    .join()
}
