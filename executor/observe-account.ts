// Looks at the whole account: what there is of every coin, and what is open on every market. Two questions for all of it.
import type { DatabaseSync } from 'node:sqlite'
import { isZero, plus } from './core/model/decimals.ts'
import type { Answered, ExchangeOrder } from './core/model/exchange.ts'
import type { AccountObservation, AccountOrder } from './core/model/observation.ts'
import type { Journal } from './journal/journal.ts'
import { isReported, ownOrderId } from './journal/own-orders.ts'
import type { Exchange } from './venues/port.ts'

interface Looking {
  readonly exchange: Pick<Exchange, 'refreshBalances' | 'openOrders'>
  readonly journal: Pick<Journal, 'database'>
}

export async function lookAtAccount({
  exchange,
  journal,
}: Looking): Promise<Answered<AccountObservation>> {
  const [balances, open] = await Promise.all([
    exchange.refreshBalances().catch(notOk),
    exchange.openOrders(null).catch(notOk),
  ])
  if (!balances.ok) return balances
  if (!open.ok) return open
  const there = balances.value
    .map(({ currency, free, used }) => [currency, plus(free, used)] as const)
    .filter(([, amount]) => !isZero(amount))
  const borrowed = balances.value.flatMap(({ currency, borrowed: owed }) =>
    owed === undefined ? [] : [[currency, owed] as const],
  )
  const db = journal.database()
  return {
    ok: true,
    value: {
      balances: Object.fromEntries(there),
      borrowed: Object.fromEntries(borrowed),
      open: open.value.map((order) => named(db, order)),
      unread: open.unread ?? 0,
    },
  }
}

function named(
  db: DatabaseSync,
  { market = '', exchangeId, clientOrderId, filled }: ExchangeOrder,
): AccountOrder {
  const found = { market, exchangeId, clientOrderId }
  const order = ownOrderId(db, found)
  const told = order === null && isReported(db, found) ? 'yes' : 'no'
  return { market, exchangeId, order, filled, told }
}

function notOk(error: unknown) {
  return { ok: false, message: error instanceof Error ? error.message : String(error) } as const
}
