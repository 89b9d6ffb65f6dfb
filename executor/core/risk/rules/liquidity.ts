// Requires turnover and depth, so that one participant cannot set the price.
import Big from 'big.js'
import { parseDecimal } from '../../model/decimals.ts'
import type { Liquidity } from '../../model/exchange.ts'
import { highestBuy } from '../plan/collar.ts'
import type { Policy } from '../policy/schema.ts'
import { deny, type RiskInput, type Rule } from './rule.ts'
import { orderValue } from './size.ts'

const ASKS_LIFE_MS = 20_000
const VOLUME_LIFE_MS = 300_000
/** A book from further in the future was dated by another clock. */
const AHEAD_MS = 5_000

export const liquidity: Rule = {
  tag: 'sym.liquidity',
  check(question, policy) {
    const { kind, now, order, liquidity: seen } = question
    if (kind !== 'entry') return null
    if (seen === null || !isFresh(seen, now))
      return deny(
        this,
        `what ${order.market} turns over and offers is not known or too old: entries wait until the exchange has told it`,
      )
    const { volume, depth } = policy.liquidity
    if (parseDecimal(seen.volume).lt(volume))
      return deny(
        this,
        `expected a turnover of at least ${volume} in 24 h on ${order.market}, it was ${seen.volume}: the market is too thin, choose a larger one`,
      )
    const wanted = orderValue(order).times(depth)
    const offered = offeredTo(seen, reachOf(order, seen, policy), wanted)
    if (offered.gte(wanted)) return null
    return deny(
      this,
      `expected offers worth ${depth} times the order (${wanted.toFixed()}) within its price, there are ${offered.toFixed()}: the order book is too thin now`,
    )
  },
}

/** An order that waits takes nothing from the book: its market is measured within the collar. */
function reachOf(order: RiskInput['order'], { asks }: Liquidity, { collar }: Policy): Big {
  const best = asks[0]
  const rests = order.type === 'limit' && order.timeInForce === 'GTC'
  if (!rests || best === undefined) return parseDecimal(order.price)
  return highestBuy(best[0], collar.entry)
}

/** What is offered at no more than `reach`: all of it, or as much as was `wanted`. */
function offeredTo({ asks }: Liquidity, reach: Big, wanted: Big): Big {
  let offered = new Big(0)
  for (const [text, amount] of asks) {
    const price = parseDecimal(text)
    if (price.gt(reach)) continue
    offered = offered.plus(price.times(parseDecimal(amount)))
    if (offered.gte(wanted)) break
  }
  return offered
}

function isFresh({ asksAt, volumeAt }: Liquidity, now: number): boolean {
  return isWithin(now - asksAt, ASKS_LIFE_MS) && isWithin(now - volumeAt, VOLUME_LIFE_MS)
}

function isWithin(age: number, life: number): boolean {
  return age >= -AHEAD_MS && age <= life
}
