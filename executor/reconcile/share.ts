// Which position lacks the coins that are gone: first what no order holds, and where several could, all of them in part. Pure.
import { type Decimal, toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import { type Book, type Position, positionKey } from '../core/state.ts'
import { floorTo } from '../plan/exact.ts'
import { baseOf, lockedIn } from './judge.ts'

/** Undefined where the exchange has the market no more. */
export type StepOf = (market: string) => Decimal | undefined

interface Share {
  readonly key: string
  readonly amount: Big
  /** Under a sale of its own at the exchange: those coins are there, or it would not have been taken. */
  readonly locked: Big
  readonly step: Big
  missing: Big
}

/** By `positionKey`, for each position in that coin. What was found missing stays with the position that lacked it. */
export function shareOut(
  book: Book,
  base: string,
  short: Decimal,
  stepOf: StepOf,
): Record<string, Decimal> {
  const shares = Object.entries(book.positions)
    .filter(([, { market }]) => baseOf(market) === base)
    .map((entry) => newShare(book, entry, stepOf))
  const more = new Big(short).minus(sumOf(shares, ({ missing }) => missing))
  if (more.lt(0)) spread(shares, more.abs(), ({ missing }) => missing, 'less')
  else {
    const afterCrumbs = spread(shares, more, crumbOf)
    const afterLoose = spread(shares, afterCrumbs, looseOf)
    spread(shares, afterLoose, restOf)
  }
  return Object.fromEntries(shares.map(({ key, missing }) => [key, toDecimal(missing)]))
}

function newShare(
  book: Book,
  [key, { amount, missing, market }]: readonly [string, Position],
  stepOf: StepOf,
): Share {
  return {
    key,
    amount: new Big(amount),
    missing: new Big(missing),
    locked: lockedIn(book, (order) => positionKey(order) === key),
    // A market that is gone has no steps: as fine as a decimal of the wire.
    step: new Big(stepOf(market) ?? '0.000000000001'),
  }
}

const restOf = ({ amount, missing }: Share) => amount.minus(missing)
const looseOf = ({ amount, missing, locked }: Share) =>
  atLeastNothing(amount.minus(missing).minus(locked))
/** Less than a step, which nobody could sell. */
const crumbOf = (share: Share) => looseOf(share).mod(share.step)

function atLeastNothing(amount: Big): Big {
  return amount.lt(0) ? new Big(0) : amount
}

/** By the room that each has, in whole steps where there are any; what is left over, in turn. Returns what found no room. */
function spread(
  shares: readonly Share[],
  amount: Big,
  roomOf: (share: Share) => Big,
  to: 'more' | 'less' = 'more',
): Big {
  const rooms = shares.map((share) => ({ share, room: roomOf(share) }))
  const all = sumOf(rooms, ({ room }) => room)
  if (all.eq(0) || amount.eq(0)) return amount
  const spent = amount.gt(all) ? all : amount
  const parts = rooms.map(({ share, room }) => {
    const fair = spent.times(room).div(all).round(12, Big.roundDown)
    return { share, room, part: spent.eq(all) ? room : floorTo(fair, share.step) }
  })
  let left = spent.minus(sumOf(parts, ({ part }) => part))
  for (const { share, room, part } of parts) {
    const free = room.minus(part)
    const extra = left.gt(free) ? free : left
    left = left.minus(extra)
    const change = part.plus(extra)
    share.missing = to === 'more' ? share.missing.plus(change) : share.missing.minus(change)
  }
  return amount.minus(spent)
}

function sumOf<T>(all: readonly T[], of: (one: T) => Big): Big {
  return all.reduce((sum, one) => sum.plus(of(one)), new Big(0))
}
