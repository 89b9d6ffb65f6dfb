// What the policy allows, and how much of it is used now: by the same arithmetic as the rules.
import type { Answer, Decimal } from '@keyside/protocol'
import type { DecisionContext } from '../execution/context.ts'
import { lossesSoFar } from '../execution/loss-limits.ts'
import { costOf, usedBy } from '../execution/plan-and-check.ts'
import { sum } from '../model/decimals.ts'
import type { Order } from '../model/order.ts'
import type { Portfolio } from '../model/state.ts'
import { sentWithinMinute } from '../risk/rules/size.ts'

/** What a report may list, of streams and of markets. */
const MAX_ROWS = 25

type Limits = Extract<Answer, { about: 'limits' }>

export function limitsAnswer(context: DecisionContext): Limits {
  const { portfolio, environment } = context
  const { policy, now } = environment
  const { limits, currency } = policy
  const orders = Object.values(portfolio.orders)
  const all = usedBy(portfolio, orders, '', now)
  const { day, today, drawdown } = lossesSoFar(context)
  const streams = [...policy.streams]
  const markets = marketsIn(portfolio, orders)
  return {
    about: 'limits',
    currency,
    order: limits.order,
    position: limits.position,
    hour: { used: all.hour, limit: limits.hour },
    day: { used: all.today, limit: limits.day },
    ordersThisMinute: { used: sentWithinMinute(all, now), limit: limits.ordersPerMinute },
    ordersToday: { used: all.entriesToday, limit: limits.ordersPerDay },
    dayLoss: { ...known(today), limit: limits.dayLoss, day },
    drawdown: { ...known(drawdown), limit: limits.drawdown },
    streams: streams.slice(0, MAX_ROWS).map(([stream, { allocation, lifetimeBudget }]) => ({
      stream,
      used: costOf(portfolio, orders, (one) => one.stream === stream),
      limit: allocation,
      ...(lifetimeBudget !== 'unlimited' && {
        spent: usedBy(portfolio, orders, stream, now).byStream,
        budget: lifetimeBudget,
      }),
    })),
    markets: markets.slice(0, MAX_ROWS).map((market) => ({
      market,
      used: costOf(portfolio, orders, (one) => one.market === market),
    })),
    ...more(Math.max(0, streams.length - MAX_ROWS) + Math.max(0, markets.length - MAX_ROWS)),
  }
}

/** The policy's drawdown: sold and held together, fees and lost coins included. */
export function drawdownNow(context: DecisionContext) {
  const { limits, currency } = context.environment.policy
  return { currency, used: lossesSoFar(context).drawdown, limit: limits.drawdown }
}

/** Of all allocations together. */
export function allocatedNow({ portfolio, environment: { policy } }: DecisionContext) {
  const orders = Object.values(portfolio.orders)
  const isFollowed = ({ stream }: { readonly stream: string }) => policy.streams.has(stream)
  const limits = [...policy.streams.values()].map(({ allocation }) => allocation)
  return { used: costOf(portfolio, orders, isFollowed), limit: sum(limits) }
}

/** Those on which something is held or ordered. */
function marketsIn({ positions }: Portfolio, orders: readonly Order[]): readonly string[] {
  const held = Object.values(positions).map(({ market }) => market)
  const ordered = orders.filter(({ kind }) => kind === 'entry').map(({ intent }) => intent.market)
  return [...new Set([...held, ...ordered])]
}

/** Nothing where a price is missing. */
function known(used: Decimal | null) {
  return used === null ? {} : { used }
}

function more(left: number) {
  return left > 0 ? { more: left } : {}
}
