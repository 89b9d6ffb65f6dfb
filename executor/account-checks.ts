// Checks of the account before anything is traded with it.
import { KeysideError } from '@keyside/runtime'
import { sentenceOf } from './core/model/codes.ts'
import { canTakeAway } from './core/model/key-warnings.ts'
import type { Portfolio } from './core/model/state.ts'
import type { Exchange } from './venues/port.ts'

/** Refuses keys with withdrawal or transfer rights. */
export async function rejectWithdrawalKey(exchange: Pick<Exchange, 'keyRights'>): Promise<void> {
  const rights = await exchange.keyRights()
  if (rights.ok && canTakeAway(rights.value))
    throw new KeysideError('key_can_withdraw', sentenceOf('key_can_withdraw'))
}

/** One market that is gone affects only itself. If all are gone the start is refused, unless something is held. */
export function requireMarket(
  exchange: Pick<Exchange, 'name' | 'rules'>,
  markets: readonly string[],
  { positions, orders }: Portfolio,
): void {
  const isLeft = Object.keys(positions).length + Object.keys(orders).length > 0
  if (isLeft || markets.some((market) => exchange.rules(market) !== null)) return
  throw new KeysideError(
    'exchange_market_unknown',
    `${exchange.name} has no spot market among ${markets.join(', ')}: write it like BTC/USDT in policy.yaml`,
  )
}
