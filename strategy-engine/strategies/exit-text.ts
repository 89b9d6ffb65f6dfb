// Why a strategy exited without a rule of its file. The text is about the model position, with its entry price and time:
// a subscriber who bought later or at another price has another position.
import type { Cause } from './model.ts'

type Ended = Exclude<Cause, 'rule'>

const TEXTS: Readonly<Record<Exclude<Ended, 'max_hold'>, string>> = {
  stop: "the price reached the strategy's stop",
  trailing_stop: "the price reached the strategy's trailing stop",
  break_even: "the price came back to the strategy's entry price",
  take_profit: "the price reached the strategy's take-profits",
}

/** `maxHold` in seconds. */
export function exitText(cause: Ended, maxHold: number | undefined): string {
  return cause === 'max_hold'
    ? `the strategy's longest time in the market is over: ${maxHold} s from its own entry`
    : TEXTS[cause]
}
