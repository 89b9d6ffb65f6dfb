// What happens in each run of the crash test: drawn from one seed, so that a red run can be had again.
import {
  EXCHANGE_FAULT_NAMES,
  type ExchangeFaultName,
  type ExchangeFaultSetup,
} from '@keyside/sandbox'
import type { SandboxVenue } from '../cli/sandbox/sandbox.ts'

/** Each on a market of its own: while one waits for an unknown order, half a minute, the others go on. */
export const STREAMS = 8

/** That an order was never placed is proved by two misses two seconds apart: a process that is killed sooner never proves it. */
const REST_MS = 6_000
/** Once in so many runs. */
const RESTS = 7

export interface Run {
  readonly number: number
  /** Index of its stream. */
  readonly stream: number
  readonly kind: 'entry' | 'exit'
  readonly approval: 'asked' | 'not_asked'
  /** From the card to the answer, ms. */
  readonly answerAfter: number
  readonly stop: 'with' | 'without'
  readonly faults: readonly ExchangeFaultSetup[]
  /** Before the signal, while the executor is up or after it was killed. */
  readonly published: 'up' | 'down'
  /** From the signal to the kill, ms. */
  readonly killAfter: number
  /** From the new start to a second kill, ms; null for none. */
  readonly killAgainAfter: number | null
  /** How long the executor is then left alone, ms. */
  readonly rest: number
}

type Draw = () => number

/** Uniform in [0, 1): mulberry32. */
export function draws(seed: number): Draw {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** As many runs as it takes to kill so often: each kills once, some twice. */
export function planRuns(
  seed: number,
  kills: number,
  deal: () => ExchangeFaultName = dealFaults(seed),
): Run[] {
  const draw = draws(seed)
  const runs: Run[] = []
  for (let killed = 0; killed < kills; ) {
    const run = planRun(runs.length, draw, deal)
    runs.push(run)
    killed += run.killAgainAfter === null ? 1 : 2
  }
  return runs
}

/** Each stream enters and exits in turn; half of all entries need a yes. */
function planRun(number: number, draw: Draw, deal: () => ExchangeFaultName): Run {
  const stream = number % STREAMS
  const round = Math.floor(number / STREAMS)
  const kind = round % 2 === 0 ? 'entry' : 'exit'
  return {
    number,
    stream,
    kind,
    approval: kind === 'entry' && stream % 2 === 0 ? 'asked' : 'not_asked',
    answerAfter: draw() * 80,
    stop: stream % 5 === 4 ? 'without' : 'with',
    faults: Array.from({ length: howMany(draw()) }, () => setUp(deal(), draw)),
    published: draw() < 1 / 12 ? 'down' : 'up',
    // Most of a life's steps are in its first tenth of a second.
    killAfter: 500 * draw() ** 2,
    killAgainAfter: draw() < 1 / 5 ? 200 + 1_800 * draw() : null,
    rest: number % RESTS === RESTS - 1 ? REST_MS : 0,
  }
}

/** Orders without any fault have to be among them: those are what the rest is measured by. */
function howMany(draw: number): number {
  return draw < 0.4 ? 0 : draw < 0.85 ? 1 : 2
}

/** By turns from a shuffled deck, so that a short run has met every name as well. */
export function dealFaults(seed: number): () => ExchangeFaultName {
  const draw = draws(~seed)
  let deck: ExchangeFaultName[] = []
  return () => {
    if (deck.length === 0) deck = shuffled(EXCHANGE_FAULT_NAMES, draw)
    const name = deck.pop()
    if (name === undefined) throw new RangeError('the exchange has no faults')
    return name
  }
}

function shuffled<T>(list: readonly T[], draw: Draw): T[] {
  return list
    .map((one) => ({ one, at: draw() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one)
}

/** These are about an order and mean nothing to a question. */
const OF_ORDERS: readonly ExchangeFaultName[] = [
  'hidden',
  'duplicate-fill',
  'out-of-order-fills',
  'partial-then-cancel',
]

/** New orders most of all; but also what is asked about them afterwards, and at the start. */
const ROUTES = [
  'POST /api/v3/order',
  'POST /api/v3/order',
  'POST /api/v3/order',
  'POST /api/v3/order',
  'DELETE /api/v3/order',
  'GET /api/v3/order',
  'GET /api/v3/myTrades',
  '*',
] as const

/** The same questions in the words of each venue. */
const ROUTES_AT: Readonly<Record<SandboxVenue, Readonly<Record<string, string>>>> = {
  binance: {},
  bybit: {
    'POST /api/v3/order': 'POST /v5/order/create',
    'DELETE /api/v3/order': 'POST /v5/order/cancel',
    'GET /api/v3/order': 'GET /v5/order/realtime',
    'GET /api/v3/myTrades': 'GET /v5/execution/list',
  },
  okx: {
    'POST /api/v3/order': 'POST /api/v5/trade/order',
    'DELETE /api/v3/order': 'POST /api/v5/trade/cancel-algos',
    'GET /api/v3/order': 'GET /api/v5/trade/order',
    'GET /api/v3/myTrades': 'GET /api/v5/trade/fills-history',
  },
}

export function faultAt(
  venue: SandboxVenue,
  { match = '', ...setup }: ExchangeFaultSetup,
): ExchangeFaultSetup {
  return { ...setup, match: ROUTES_AT[venue][match] ?? match }
}

/** How far the exchange's clock is set off, ms. */
export const MAX_SKEW_MS = 4_000

/** At least and at most, ms. */
const LASTS: Partial<Record<ExchangeFaultName, readonly [number, number]>> = {
  'refuse-connect': [50, 800],
  'slow-accept': [50, 900],
  hidden: [500, 4_000],
  'clock-skew': [-MAX_SKEW_MS, MAX_SKEW_MS],
}

function setUp(name: ExchangeFaultName, draw: Draw): ExchangeFaultSetup {
  const [least, most] = LASTS[name] ?? [0, 0]
  return {
    name,
    ...(most > 0 && { ms: Math.round(least + (most - least) * draw()) }),
    match: OF_ORDERS.includes(name) ? ROUTES[0] : pick(ROUTES, draw()),
    count: draw() < 1 / 4 ? 2 : 1,
  }
}

function pick<T>(list: readonly T[], draw: number): T {
  const one = list[Math.floor(draw * list.length)]
  if (one === undefined) throw new RangeError(`no element at ${draw} of ${list.length}`)
  return one
}
