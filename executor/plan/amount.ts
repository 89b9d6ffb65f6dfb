// How much base currency a signal asks for, cut to whole steps.
import { toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import { isTooLittleToKeep } from './dust.ts'
import { exact, floorTo, percentOf, timesIn } from './exact.ts'
import type { PlanInput } from './plan.ts'

/** Base currency, a multiple of the step; 0 when less than one step is left. An exit is cut to the position. */
export function amountFor(input: PlanInput, price: Big): Big {
  const step = exact(input.rules.step)
  const asked =
    input.signal.kind === 'entry' ? entryAmount(input, price, step) : exitAmount(input, price, step)
  return floorTo(asked, step)
}

function entryAmount({ signal, allotment }: PlanInput, price: Big, step: Big): Big {
  const size = exact(signal.size.value)
  switch (signal.size.unit) {
    case 'base':
      return size
    case 'quote':
      return affordable(size, price, step)
    case 'percent':
      return affordable(percentOf(exact(allotment), size), price, step)
  }
}

/** All of it when the rest would be too little to be sold or protected. */
function exitAmount(input: PlanInput, price: Big, step: Big): Big {
  const { signal, position, rules, quote, stop, collar } = input
  const size = exact(signal.size.value)
  const held = exact(position)
  const asked = {
    base: () => size,
    quote: () => affordable(size, price, step),
    percent: () => percentOf(held, size),
  }[signal.size.unit]()
  if (asked.gte(held)) return held
  const rest = toDecimal(held.minus(floorTo(asked, step)))
  const about = { rules, bid: quote.bid, stop, collar: collar.exit }
  return isTooLittleToKeep(rest, about) ? held : asked
}

/** The most whole steps that `money` pays for at `price`. */
function affordable(money: Big, price: Big, step: Big): Big {
  // Cut to wire places first, so that the value shown is never above the money.
  return timesIn(money.round(12, Big.roundDown), price.times(step)).times(step)
}
