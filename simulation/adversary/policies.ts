// The policies that are attacked: the one a trader starts from, and whatever else the schema allows within reason.
import { DEFAULT_POLICY } from '../../executor/core/risk/policy/default.ts'
import type { Random } from '../base/random.ts'

/** Turnover of 24 h, less than any policy asks for. */
export const THIN = 'DUST/USDT'
export const THIN_VOLUME = '40000'
const MIN_VOLUME = 1_000_000

/** Every third is the default with the thin market in it; in every sixth it is the day's loss that holds everything. */
export function drawPolicy(random: Random): string {
  const which = random.between(1, 6)
  if (which <= 2) return defaultPolicy()
  return which === 3 ? closingPolicy(random) : anyPolicy(random)
}

export function defaultPolicy(): string {
  return DEFAULT_POLICY.replace('[BTC/USDT, ETH/USDT]', `[BTC/USDT, ETH/USDT, ${THIN}]`)
}

function anyPolicy(random: Random): string {
  const order = random.pick([20, 100, 250, 500, 2_000])
  const day = order * random.pick([1, 2, 4, 8, 16])
  const allocation = Math.round(order * random.pick([0.7, 1, 2, 3]))
  const streams = random.between(1, 3)
  const all = allocation * streams
  const collar = random.pick([0.05, 0.2, 0.5, 1, 2])
  return `version: 1
currency: USDT
markets: [BTC/USDT, ETH/USDT, ${THIN}]
streams:
${Array.from({ length: streams }, (_, at) => `  home/s${at}: { allocation: ${allocation} }`).join('\n')}
limits:
  order: ${order}
  position: ${Math.round(all * random.pick([0.4, 0.7, 1]))}
  hour: ${Math.round(day * random.pick([0.5, 1, 1]) < order ? order : day)}
  day: ${day}
  orders_per_minute: ${random.pick([1, 6, 60])}
  orders_per_day: ${random.pick([10, 60, 200])}
  round_trips: ${random.pick([3, 10, 50])}
  day_loss: ${Math.max(1, Math.round(all * random.pick([0.02, 0.1, 0.3, 1, 2])))}
  drawdown: ${Math.max(1, Math.round(all * random.pick([0.1, 0.3, 1, 3])))}
collar: ${collar} %
exit_collar: ${Math.max(collar, random.pick([0.5, 1, 2, 5]))} %
spread: ${random.pick([0.03, 0.1, 0.5, 1])} %
liquidity: { volume: ${MIN_VOLUME * random.pick([1, 50])}, depth: ${random.pick([1, 20, 100])} }
max_stop_distance: ${(collar + random.pick([1.1, 2, 3, 8, 20])).toFixed(2)} %
fat_finger: ${random.pick([2, 5, 100])}
max_signal_age: ${random.pick([1, 10, 60])}s
approval: ${random.pick(['always', 'never', `above ${order / 2}`])}
code_above: ${random.pick(['never', 'never', 'never', String(order / 2)])}
close_on_silence: ${random.pick(['never', '5m', '60m'])}
`
}

/** All of the allocation in one order, and far more a day than may be lost. */
function closingPolicy(random: Random): string {
  return `version: 1
currency: USDT
markets: [BTC/USDT, ${THIN}]
streams:
  home/s0: { allocation: 1000 }
limits: { order: 1000, day: 20000, orders_per_minute: 60, orders_per_day: 200, round_trips: 100, day_loss: ${random.pick([100, 110, 120])}, drawdown: 3000 }
collar: 0.05 %
exit_collar: 0.5 %
spread: 0.03 %
max_stop_distance: ${random.pick([3, 5, 10])} %
approval: never
`
}
