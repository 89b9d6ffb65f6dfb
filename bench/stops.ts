// What it costs to watch stops that rest, and how soon a fill of one is known: simulated time, an exchange in memory that answers at once.
import { RULES, type ShownOrder } from '../executor/testing/fake-exchange.ts'
import { TestExecutor } from '../executor/testing/rig.ts'
import type { BenchOptions, Result } from './result.ts'
import { round, type Spread, spread } from './spread.ts'

const SIZES = [1, 10, 50, 200]
const MINUTE_MS = 60_000
/** How exactly the moment of knowledge is seen. */
const LOOK_MS = 50
/** Between two fills, and that much more each time: so they fall everywhere between two questions. */
const BETWEEN_MS = 3_000
const LATER_MS = 137

interface Watch {
  readonly stops: number
  /** Questions about orders, a second. */
  readonly questions: number
  /** From a fill to its event in the journal, ms. */
  readonly known: Spread
}

/** `signals`: fills at each size, as far as there are stops. */
export async function stops({ signals: fills, note }: BenchOptions): Promise<Result> {
  const watches: Watch[] = []
  for (const size of SIZES) {
    watches.push(await watchOf(size, fills))
    note(`${size} stops watched`)
  }
  const text = [
    'stops that rest: questions a second, and ms from a fill to its event',
    '  stops  questions    p50    p99',
    ...watches.map(({ stops, questions, known }) =>
      [stops, questions.toFixed(2), known.p50, known.p99]
        .map((cell, at) => String(cell).padStart([7, 11, 7, 7][at] ?? 0))
        .join(''),
    ),
  ].join('\n')
  return { json: { name: 'stops', watches }, text }
}

async function watchOf(count: number, fills: number): Promise<Watch> {
  const executor = await withStops(count)
  const { exchange } = executor
  let questions = 0
  const { find, openOrders } = exchange
  exchange.find = (...asked) => {
    questions += 1
    return find.apply(exchange, asked)
  }
  exchange.openOrders = (...asked) => {
    questions += 1
    return openOrders.apply(exchange, asked)
  }
  await executor.clock.advance(MINUTE_MS)
  const aSecond = round(questions / (MINUTE_MS / 1_000))
  const known: number[] = []
  for (let done = 0; done < Math.min(fills, count); done += 1) {
    const [stop] = stopsOf(executor)
    if (stop === undefined) throw new Error('no stop rests')
    known.push(await fillOf(executor, stop))
    await executor.clock.advance(BETWEEN_MS + done * LATER_MS)
  }
  executor.close()
  return { stops: count, questions: aSecond, known: spread(known) }
}

async function fillOf(executor: TestExecutor, { order }: ShownOrder): Promise<number> {
  const begun = executor.clock.now()
  executor.exchange.fill(order.clientOrderId, order.amount, 'filled')
  while (order.clientOrderId in executor.state().portfolio.orders)
    await executor.clock.advance(LOOK_MS)
  return executor.clock.now() - begun
}

/** Each of a stream of its own. */
async function withStops(count: number): Promise<TestExecutor> {
  const executor = new TestExecutor()
  const names = Array.from({ length: count }, (_, at) => `s${at}`)
  const { policy } = executor
  const [plan] = policy.streams.values()
  if (plan === undefined) throw new Error('the policy has no stream')
  const limits = { ...policy.limits, position: '100000', hour: '100000', day: '100000' }
  executor.policy = {
    ...policy,
    limits,
    streams: new Map(names.map((name) => [`home/${name}`, plan])),
  }
  executor.exchange.rules = (market) =>
    market === RULES.market ? { ...RULES, stop: { holds: 'coins', max: null } as const } : null
  await executor.clock.advance(1_000)
  for (const name of names) {
    await executor.enterFrom(name)
    await executor.clock.advance(400)
  }
  await executor.clock.advance(MINUTE_MS)
  if (stopsOf(executor).length !== count) throw new Error(`not every position has its stop`)
  return executor
}

function stopsOf({ exchange }: TestExecutor): readonly ShownOrder[] {
  return [...exchange.orders.values()].filter(
    ({ order, status }) => order.type === 'stop_limit' && status === 'open',
  )
}
