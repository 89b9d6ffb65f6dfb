// Policies to change between: tighter, wider, with and without asking the trader.
import type { Random } from './random.ts'

export function drawPolicy(random: Random): string {
  const order = random.pick([100, 300, 600])
  const day = order * random.pick([2, 8, 40])
  return `version: 1
currency: USDT
markets: [BTC/USDT, ETH/USDT]
streams:
  alpha: { allotment: ${random.pick([300, 1000, 3000])} }
  beta: { allotment: ${random.pick([300, 1000, 3000])} }
limits: { order: ${order}, day: ${day}, orders_per_minute: ${random.pick([3, 30, 60])} }
signal_age: ${random.pick([5, 10, 60])}s
approval: ${random.pick(['never', 'never', 'always', 'above 100'])}
approval_within: ${random.pick(['30s', '2m', '1h'])}
`
}
