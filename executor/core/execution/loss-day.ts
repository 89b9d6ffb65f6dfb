// The day (UTC) on which losses count, and whether it is closed. A clock that is ahead, or set back, opens no new one.
import { dayNumber } from '../model/count.ts'
import { type DecisionContext, trueTime } from './context.ts'

/**
 * UTC day number: a new day begins once this device's clock and the exchange's have both reached it, and never while the
 * exchange's is not known.
 */
export function lossDay(context: DecisionContext): number {
  const { number } = context.portfolio.profit.today
  const time = trueTime(context)
  if (time === null) return number
  return Math.max(number, dayNumber(Math.min(context.environment.now, time)))
}

/** Too much was lost on it. */
export function isDayClosed(context: DecisionContext): boolean {
  return context.portfolio.profit.closedOn >= lossDay(context)
}
