// What the account holds: what is traded with first, then the largest; exchanges list leftovers in any order.
import { type Answer, currency, isDecimal, toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import { sentenceOf } from '../codes.ts'
import type { Weights } from '../core/inputs.ts'
import type { Answered, Balance } from '../core/model/exchange.ts'
import type { Turn } from '../core/turn.ts'
import { baseOf } from '../reconcile/judge.ts'

/** What a report may list. */
const MOST_ROWS = 50

export function weightsOf({ book, world: { policy, exchange } }: Turn): Weights {
  const held = Object.values(book.positions).map(({ market }) => market)
  const followed = [...policy.streams.values()].flatMap(({ markets }) => markets)
  const priced = [...new Set([...held, ...followed])].flatMap((market) => {
    const bid = market.endsWith(`/${policy.currency}`) ? exchange.quote(market)?.bid : undefined
    return bid === undefined ? [] : [[baseOf(market), bid] as const]
  })
  return {
    currency: policy.currency,
    held: held.map(baseOf),
    prices: Object.fromEntries([...priced, [policy.currency, '1']]),
  }
}

/** Without weights the largest amount is first. */
export function balanceAnswer(
  answer: Answered<readonly Balance[]>,
  weights: Weights = { currency: '', held: [], prices: {} },
): Answer {
  if (!answer.ok)
    return { about: 'refused', code: 'balance_unknown', message: sentenceOf('balance_unknown') }
  const rows = answer.value.flatMap(balanceRow).sort(byWeight(weights)).slice(0, MOST_ROWS)
  const left = answer.value.length - rows.length
  return {
    about: 'balance',
    rows,
    ...(left > 0 && { more: left }),
    ...worthOf(rows, weights),
  }
}

type Row = NonNullable<ReturnType<typeof balanceRow>[number]>

/** None for what the wire cannot carry: exchanges also list coins with names in other letters. */
function balanceRow({ currency: name, free, used }: Balance) {
  const total = new Big(free).plus(used).toFixed()
  if (!currency.safeParse(name).success || !isDecimal(total)) return []
  return [{ currency: name, free, used, total }]
}

function byWeight({ currency, held, prices }: Weights): (a: Row, b: Row) => number {
  const rank = (row: Row) => {
    if (row.currency === currency) return 0
    if (held.includes(row.currency)) return 1
    return prices[row.currency] === undefined ? 3 : 2
  }
  // Within one rank all have a price, or none has.
  const size = (row: Row) => new Big(row.total).times(prices[row.currency] ?? 1)
  return (a, b) => rank(a) - rank(b) || size(b).cmp(size(a))
}

function worthOf(rows: readonly Row[], { currency, prices }: Weights) {
  const known = rows.flatMap((row) => {
    const price = prices[row.currency]
    return price === undefined ? [] : [new Big(row.total).times(price)]
  })
  const amount = known.reduce((sum, value) => sum.plus(value), new Big(0))
  const told = amount.round(8, Big.roundDown).toFixed()
  // One coin alone is told already.
  if (known.length < 2 || !isDecimal(told)) return {}
  return { worth: { amount: toDecimal(told), currency, coins: known.length } }
}
