// Policies to change between: tighter, wider, with and without asking the trader; and how they get into force.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Policy } from '../executor/core/risk/policy/schema.ts'
import { acceptPolicy, readPolicyText, requirePolicy } from '../executor/policy/policy-file.ts'
import type { Random } from './base/random.ts'
import type { FragileJournal } from './journal.ts'

export function drawPolicy(random: Random): string {
  const order = random.pick([100, 300, 600])
  const day = order * random.pick([2, 8, 40])
  return `version: 1
currency: USDT
markets: [BTC/USDT, ETH/USDT]
streams:
  home/alpha: { ${stream(random)} }
  home/beta: { ${stream(random)} }
  north/alpha: { ${stream(random)} }
limits:
  order: ${order}
  position: ${order * random.pick([2, 10, 50])}
  hour: ${day / random.pick([1, 1, 1, 2])}
  day: ${day}
  orders_per_minute: ${random.pick([3, 30, 60])}
  orders_per_day: ${random.pick([12, 1000, 1000])}
  round_trips: ${random.pick([2, 100, 100])}
  day_loss: ${random.pick([2, 20, 1000, 1000])}
  drawdown: ${random.pick([3, 50, 1000, 1000])}
max_stop_distance: ${random.pick(['optional', 'optional', 'optional', '3 %'])}
fat_finger: ${random.pick([2, 20, 1000])}
close_on_silence: ${random.pick(['never', 'never', '40s'])}
loosening_delay: ${random.pick([1, 20, 60])}s
duplicate_window: ${random.pick(['never', '60s'])}
reentry_cooldown: ${random.pick(['never', '1m', '5m'])}
code_above: ${random.pick(['never', 'never', '100'])}
real_money: yes
max_signal_age: ${random.pick([5, 10, 60])}s
approval: ${random.pick(['never', 'never', 'always', 'above 100'])}
approval_timeout: ${random.pick(['30s', '2m', '1h'])}
`
}

function stream(random: Random): string {
  const budget = random.chance(0.3) ? `, lifetime_budget: ${random.pick([500, 5000])}` : ''
  return `allocation: ${random.pick([300, 1000, 3000])}${budget}`
}

/** At the device's terminal. `now`: the device's clock, Unix ms. */
export function acceptDrawnPolicy(home: string, random: Random, now: number): void {
  writeFileSync(join(home, 'policy.yaml'), drawPolicy(random))
  acceptPolicy({ home }, now)
}

export function readAcceptedPolicy(home: string, journal: FragileJournal, now: number): Policy {
  try {
    return requirePolicy(readPolicyText({ home }), journal.database(), now).policy
  } catch (error) {
    journal.close()
    throw error
  }
}
