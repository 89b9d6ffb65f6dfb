// Limits of the policy that are nearly used up, told while there is still time to think about it.
import { shownStream } from '@keyside/protocol'
import Big from 'big.js'
import { beginCondition, endCondition, forgetOthers, stands } from '../execution/conditions.ts'
import type { DecisionContext } from '../execution/context.ts'
import { lossesSoFar } from '../execution/loss-limits.ts'
import { usedBy } from '../execution/plan-and-check.ts'
import type { Condition } from '../model/conditions.ts'

/** From here on it is told, percent: with five orders a day left of 25, or a fifth of what may be lost. */
const NEAR_PERCENT = 80
/** Below this the limit counts as free again, so that small price moves do not repeat the notice, percent. */
const FREE_PERCENT = 70
/** Between two looks, ms. */
const LOOK_MS = 10_000

interface Use {
  readonly about: string
  /** Null while a price is missing. */
  readonly used: Big | null
  readonly limit: Big
  readonly unit: string
}

/** Called in each decision. Limits of one order, one market and one hour come and go, and are told when one refuses. */
export function watchLimits(context: DecisionContext): undefined {
  const { now } = context.environment
  const { limitsAt } = context.session
  if (now >= limitsAt && now < limitsAt + LOOK_MS) return
  context.session = { ...context.session, limitsAt: now }
  const uses = usesOf(context)
  for (const use of uses) judge(context, use)
  // One that the policy names no more.
  forgetOthers(context, 'limit_near', new Set(uses.map(({ about }) => about)))
}

function judge(context: DecisionContext, { about, used, limit, unit }: Use): undefined {
  // A limit of 0 is a choice of the trader, not a limit that is used up.
  if (used === null || limit.eq(0)) return
  const condition: Condition = { code: 'limit_near', about }
  const percent = used.times(100).div(limit)
  const detail = `${used.toFixed()} of ${limit.toFixed()}${unit === '' ? '' : ` ${unit}`}`
  if (percent.gte(NEAR_PERCENT)) beginCondition(context, condition, { detail })
  else if (percent.lt(FREE_PERCENT) && stands(context, condition))
    endCondition(context, condition, { detail })
}

/** Of those that are watched. */
export function usesOf(context: DecisionContext): readonly Use[] {
  const { portfolio, environment } = context
  const { policy, now } = environment
  const { limits, currency, streams } = policy
  const orders = Object.values(portfolio.orders)
  const { today, entriesToday } = usedBy(portfolio, orders, '', now)
  const lost = lossesSoFar(context)
  const money = (about: string, used: string | null, limit: string): Use => {
    return {
      about,
      used: used === null ? null : new Big(used),
      limit: new Big(limit),
      unit: currency,
    }
  }
  const budgets = [...streams].flatMap(([stream, { lifetimeBudget }]) => {
    if (lifetimeBudget === 'unlimited') return []
    const { byStream } = usedBy(portfolio, orders, stream, now)
    return [money(`lifetime_budget of ${shownStream(stream)}`, byStream, lifetimeBudget)]
  })
  return [
    money('limits.day', today, limits.day),
    {
      about: 'limits.orders_per_day',
      used: new Big(entriesToday),
      limit: new Big(limits.ordersPerDay),
      unit: '',
    },
    money('limits.day_loss', lost.today, limits.dayLoss),
    money('limits.drawdown', lost.drawdown, limits.drawdown),
    ...budgets,
  ]
}
