// The executor's own parts in one process: journal and core are real; the exchange is in memory, and time moves when it is told to.
import { type Clock, noTrace } from '@keyside/runtime'
import { pino } from 'pino'
import { clientOrderIds } from '../executor/client-order-id.ts'
import type { Input } from '../executor/core/execution/inputs.ts'
import type { State } from '../executor/core/model/state.ts'
import type { Journal } from '../executor/journal/journal.ts'
import { loadPolicy } from '../executor/policy/load.ts'
import { Shell } from '../executor/shell.ts'
import { FakeExchange } from '../executor/testing/fake-exchange.ts'
import { followed, TestClock } from '../executor/testing/rig.ts'
import { STREAM } from './signal-source.ts'

/** Wide enough for a signal a minute, all day, for years. */
const POLICY = `version: 1
currency: USDT
markets: [BTC/USDT]
streams:
  home/${STREAM}: { allocation: 1000 }
limits: { order: 500, day: 1000000, orders_per_minute: 600, orders_per_day: 10000, round_trips: 1000 }
max_stop_distance: optional
duplicate_window: never
reentry_cooldown: never
fat_finger: 1000
approval: never
`

export interface Device {
  readonly clock: Clock
  take(input: Input): void
  state(): State
  /** Lets everything happen that follows, and `ms` go by. */
  advance(ms: number): Promise<void>
}

export function startDevice(journal: Journal): Device {
  const loaded = loadPolicy(POLICY)
  if (!loaded.ok) throw new Error(loaded.message)
  const clock = new TestClock()
  const exchange = new FakeExchange(() => clock.now())
  const shell = new Shell({
    unproved: () => [],
    journal,
    exchange,
    policy: loaded.policy,
    clientOrderId: clientOrderIds(new Uint8Array(32).fill(7)),
    codeSecret: null,
    publisher: { send: () => undefined },
    clock,
    trace: noTrace,
    log: pino({ level: 'silent' }),
    onFailure: (error) => {
      throw error
    },
  })
  shell.take({ type: 'started' })
  shell.take(followed('home'))
  return {
    clock,
    take: (input) => shell.take(input),
    state: () => shell.state(),
    advance: async (ms) => {
      await clock.advance(ms)
      // What it holds is its orders' sum, so they may be forgotten only when that is nothing.
      if (Object.keys(shell.state().portfolio.positions).length > 0) return
      exchange.forget()
    },
  }
}
