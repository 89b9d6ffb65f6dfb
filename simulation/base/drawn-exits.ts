// What a signal asks of the device for later, and where it moves a stop that is there.
import type { Signal } from '../../protocol/index.ts'
import type { Random } from './random.ts'
import { decimal, PRICE_PLACES } from './units.ts'

/** Take-profits, a stop that rises, an end. `price` in units of units.ts. */
export function drawnExits(
  random: Random,
  price: number,
): Pick<Signal, 'takeProfits' | 'trailingStop' | 'breakEven' | 'maxHold'> {
  const levels = random.pick([1, 2, 3])
  const take = Array.from({ length: levels }, (_, at) => ({
    price: near(random, price, at * 0.004, at * 0.004 + 0.004),
    percent: String(random.pick([20, 33, 50])),
    ...(random.chance(0.2) && { after: random.between(5, 60) }),
  }))
  return {
    ...(random.chance(0.3) && { takeProfits: take }),
    ...(random.chance(0.2) && { trailingStop: trail(random) }),
    ...(random.chance(0.2) && { breakEven: String(random.pick([0.1, 0.5])) }),
    ...(random.chance(0.15) && { maxHold: random.between(5, 90) }),
  }
}

function trail(random: Random): Signal['trailingStop'] {
  const percent = String(random.pick([0.2, 0.5, 2]))
  return { percent, ...(random.chance(0.3) && { from: '0.2' }) }
}

/** Near below the price, or so far below it that the stop may be above. */
export function movedStop(
  random: Random,
  price: number,
): Pick<Signal, 'kind' | 'side' | 'size' | 'type' | 'stopPrice'> {
  return {
    kind: 'stop',
    side: 'sell',
    size: { unit: 'percent', value: '100' },
    type: 'market',
    stopPrice: near(random, price, random.pick([-0.003, -0.02]), -0.0005),
  }
}

export function near(random: Random, price: number, low: number, high: number): string {
  const part = low + random.part() * (high - low)
  return decimal(Math.round(price * (1 + part)), PRICE_PLACES)
}
