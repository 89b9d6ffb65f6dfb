// The system as it runs in production, a process a program, before the sandbox exchange, which is in this process.

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { HOME, signalTopic } from '@keyside/protocol'
import type { Hop } from '@keyside/runtime'
import {
  openTestSystem,
  rewrite,
  type TestSystem,
  UNASKED_POLICY,
  until,
} from '../test/test-system.ts'
import type { FloorSetup } from './floor-client.ts'
import type { Direction } from './hop-engine.ts'
import { startHelper } from './processes.ts'
import { isOrder, nextOrder, watchRequests } from './requests.ts'

export const STREAM = 'demo'
/** Of all strategies of a home. */
const PLAN = 'all'

/** Every candle that rises enters, every one that falls leaves. */
export const STRATEGY = `name: ${STREAM}
market: BTC/USDT
timeframe: 1s
enter: close > open
exit: close < open
size: 20 USDT
stop: 1 %
valid_for: 60s
`

/** At most 600 orders a minute by policy, 100 in ten seconds by the exchange; a round sends three. */
const ROUND_MS = 320

export type HopTrace = ReadonlyMap<Hop, number>

export interface HopSystem {
  /** One entry, its stop, and the exit. Resolves with the instant at which the entry's request was read. */
  round(): Promise<number>
  /** The hops of each signal that became an order. */
  traces(): readonly HopTrace[]
  /** What one entry really sent and wrote; call it while nothing is under way. */
  sample(): Promise<Omit<FloorSetup, 'broker' | 'exchange' | 'database'>>
  readonly home: string
  stop(): Promise<void>
}

export async function startSystem(): Promise<HopSystem> {
  const system = await openTestSystem({ policy: UNASKED_POLICY, logLevel: 'trace' })
  rewrite(system, `strategies/${STREAM}.yaml`, STRATEGY)
  const lines: string[] = []
  await system.start('broker')
  await system.start('executor')
  const engine = await startHelper<string>('hop-engine.ts', {
    environment: { KEYSIDE_HOME: system.home },
    onLine: (line) => lines.push(line),
  })
  const orders: number[] = []
  const stopWatching = watchRequests(({ request, at }) => {
    if (isOrder(request)) orders.push(at)
  })
  const order = (count: number) =>
    until(`order request ${count} of a round`, () => orders[count - 1], 15_000).catch((error) => {
      throw new Error(`the executor said last: ${lastFacts(system)}`, { cause: error })
    })
  const close = (direction: Direction) => engine.tell(direction)
  close('fall')

  let earliest = 0
  const round = async () => {
    await sleep(Math.max(0, earliest - Date.now()))
    earliest = Date.now() + ROUND_MS
    orders.length = 0
    close('rise')
    const entry = await order(1)
    await order(2)
    await quiet()
    close('fall')
    await order(3)
    await quiet()
    return entry
  }
  return {
    home: system.home,
    round,
    traces: () => tracesIn([...system.lines, ...lines]).filter((trace) => trace.has('candle')),
    sample: async () => {
      const caught = nextOrder()
      await round()
      const order = await caught
      return { topic: signalTopic(HOME, PLAN), ...rowsOfAnEntry(system), order }
    },
    stop: async () => {
      stopWatching()
      await engine.stop()
      await system.close()
    },
  }
}

function lastFacts({ home }: TestSystem): string {
  const executor = new DatabaseSync(join(home, 'executor/journal.db'), { readOnly: true })
  const rows = executor.prepare('SELECT type, body FROM events ORDER BY seq DESC LIMIT 12').all()
  executor.close()
  return rows.map(({ type, body }) => `\n${type} ${body}`).join('')
}

/** Until answers are booked and every process sleeps. */
export function quiet(): Promise<void> {
  return sleep(60)
}

export function tracesIn(lines: readonly string[]): HopTrace[] {
  const traces = new Map<string, Map<Hop, number>>()
  for (const line of lines) {
    if (!line.includes('"hop":')) continue
    const { hop, id, at } = JSON.parse(line.slice(line.indexOf('{')))
    const trace = traces.get(id) ?? new Map()
    if (!trace.has(hop)) trace.set(hop, at)
    traces.set(id, trace)
  }
  return [...traces.values()].filter((trace) => trace.has('sent'))
}

/** The last entry's token, and the rows of the two commits that lie before its order request. */
function rowsOfAnEntry({ home }: TestSystem): Pick<FloorSetup, 'payload' | 'commits'> {
  const engine = new DatabaseSync(join(home, 'engine/engine.db'), { readOnly: true })
  const executor = new DatabaseSync(join(home, 'executor/journal.db'), { readOnly: true })
  try {
    const token = 'SELECT * FROM signals WHERE seq % 2 = 1 ORDER BY seq DESC LIMIT 1'
    const signal = engine.prepare(token).get() ?? {}
    const stream = engine.prepare('SELECT * FROM streams').get() ?? {}
    const turn = `SELECT at FROM events WHERE type = 'signal' AND body ->> 'jti' = ?`
    const at = executor.prepare(turn).get(String(signal['jti']))?.['at'] ?? null
    const events = executor.prepare('SELECT * FROM events WHERE at = ?').all(at)
    const reports = executor.prepare('SELECT * FROM reports WHERE at = ?').all(at)
    const commits = [
      [signal, stream],
      [...events, ...reports],
    ]
    return {
      payload: String(signal['token']),
      commits: commits.map((rows) => rows.map((row) => JSON.stringify(row))),
    }
  } finally {
    engine.close()
    executor.close()
  }
}
