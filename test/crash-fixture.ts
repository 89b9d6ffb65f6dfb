// A system whose executor is killed as planned, with a scripted engine and bot, until exchange, journal and reports agree again.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { KeysideError } from '@keyside/runtime'
import type { Sandbox, SandboxVenue } from '../cli/sandbox/sandbox.ts'
import {
  type Evidence,
  orderHistories,
  type Published,
  readEvents,
  violationsIn,
} from './crash-evidence.ts'
import { FaultTally } from './crash-faults.ts'
import { faultAt, MAX_SKEW_MS, type Run, STREAMS } from './crash-plan.ts'
import { paperOrders } from './paper-orders.ts'
import { replaced } from './replaced.ts'
import { type ScriptedBot, scriptedBot } from './scripted-bot.ts'
import { type ScriptedEngine, type ScriptedStream, scriptedEngine } from './scripted-engine.ts'
import { openTestSystem, type TestSystem, UNASKED_POLICY } from './test-system.ts'

const STREAM_NAMES = Array.from({ length: STREAMS }, (_, index) => `s${index}`)
const MARKETS = STREAM_NAMES.map((_, index) => `C${index}/USDT`)
const HEAD_MS = 10_000
/** Faults may keep a start from comparing its markets; it is waited for no longer than this, ms. */
const MAX_COMPARING_MS = 1_800
const POLL_MS = 40
/** Starts that faults may spoil one after the other. */
const MAX_STARTS = 4

/** Entries of 200 are asked about, those of 100 are not: so one executor has both. Some bring no stop. */
const POLICY = replaced(UNASKED_POLICY, {
  'approval: never': 'approval: above 150',
  '[BTC/USDT]': `[BTC/USDT, ${MARKETS.join(', ')}]`,
  '  home/demo: { allocation: 5000 }': STREAM_NAMES.map(
    (name) => `  home/${name}: { allocation: 5000 }`,
  ).join('\n'),
})

const INSTRUMENTS = ['BTC/USDT', ...MARKETS].map((symbol) => ({
  symbol,
  price: '60000',
  tickSize: '0.01',
  stepSize: '0.00001',
  minNotional: '5',
  maxQuantity: '9000',
  maxMarketQuantity: '100',
}))

export type KilledAt = SandboxVenue | 'paper'

export interface CrashFixture {
  readonly venue: KilledAt
  readonly system: TestSystem
  readonly bot: ScriptedBot
  readonly faults: FaultTally
  readonly streams: readonly ScriptedStream[]
  readonly published: Published[]
  /** `jti` of the signal under way; null between two. Unix ms. */
  readonly kills: { readonly jti: string | null; readonly at: number }[]
  /** Codes with which the executor ended by itself because of a fault. */
  readonly failedStarts: string[]
  close(): Promise<void>
}

/** On paper its own faults are on too: those of the sandbox befall public questions alone. */
const PAPER = (address: string) => ({
  name: 'paper',
  of: 'binance',
  address,
  balances: { USDT: '10000' },
  faults: 'some',
})

export async function openCrashFixture(venue: KilledAt = 'binance'): Promise<CrashFixture> {
  const system = await openTestSystem({
    policy: POLICY,
    instruments: INSTRUMENTS,
    logLevel: 'info',
    ...(venue === 'paper'
      ? { exchange: ({ exchange }: Sandbox) => PAPER(exchange.address) }
      : {
          venue,
          exchange: ({ exchange }: Sandbox) => ({ name: venue, address: exchange.address }),
        }),
  })
  const open: { close(): Promise<void> }[] = [system]
  const close = async () => {
    for (const one of open.splice(0).reverse()) await one.close()
  }
  try {
    await system.start('broker')
    const engine = await scriptedEngine(system.home)
    open.push(engine)
    const bot = await scriptedBot(system.home)
    open.push(bot)
    const streams = await openStreams(engine)
    const keepAlive = setInterval(() => {
      for (const stream of streams) void stream.head()
    }, HEAD_MS)
    open.push({ close: async () => clearInterval(keepAlive) })
    await system.start('executor')
    const faults = new FaultTally(system.sandbox.exchange.faults)
    const met = { published: [], kills: [], failedStarts: [] }
    return { venue, system, bot, faults, streams, ...met, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function openStreams(engine: ScriptedEngine): Promise<ScriptedStream[]> {
  const streams = STREAM_NAMES.map((name, index) => engine.stream(name, MARKETS[index] ?? ''))
  for (const stream of streams) await stream.head()
  return streams
}

export async function executeRun(fixture: CrashFixture, run: Run): Promise<void> {
  const { venue, system, bot, faults } = fixture
  faults.arm(venue === 'paper' ? run.faults : run.faults.map((fault) => faultAt(venue, fault)))
  approveAll(bot, run.answerAfter)
  if (run.published === 'down') await kill(fixture, null)
  const jti = await publish(fixture, run)
  if (run.published === 'up') {
    await sleep(run.killAfter)
    await kill(fixture, jti)
  }
  if (run.killAgainAfter !== null) {
    const start = system.start('executor')
    start.catch(() => undefined)
    await sleep(run.killAgainAfter)
    await kill(fixture, jti)
  }
  const started = Date.now()
  await startAgain(fixture)
  await compared(system.home, started)
  await sleep(run.rest)
}

/** Nothing is bought before a start has compared its markets with the exchange: without this all are killed waiting. */
async function compared(home: string, started: number): Promise<void> {
  using db = new DatabaseSync(join(home, 'executor/journal.db'), { readOnly: true, timeout: 5_000 })
  const looks = db.prepare(
    "SELECT count(*) AS looks FROM kept WHERE name LIKE 'looked %' AND CAST(value AS INTEGER) >= ?",
  )
  for (const end = Date.now() + MAX_COMPARING_MS; Date.now() < end; await sleep(POLL_MS))
    if (Number(looks.get(started)?.['looks']) >= MARKETS.length) return
}

/** As a supervisor does: that the exchange was away at that moment is no end. */
async function startAgain({ system, faults, failedStarts }: CrashFixture): Promise<void> {
  for (let tries = 1; ; tries += 1)
    try {
      await system.start('executor')
      return
    } catch (error) {
      const byFault = error instanceof KeysideError && error.code.startsWith('exchange_')
      if (!byFault || tries > MAX_STARTS) throw error
      failedStarts.push(error.code)
      if (tries === MAX_STARTS) faults.disarm()
    }
}

async function publish({ streams, published }: CrashFixture, run: Run): Promise<string> {
  const stream = streams[run.stream]
  if (stream === undefined) throw new RangeError(`no stream ${run.stream}`)
  const value = run.approval === 'asked' ? '200' : '100'
  const jti = await stream.signal({
    kind: run.kind,
    validUntil: Date.now() / 1000 + 20,
    ...(run.kind === 'entry' && { size: { unit: 'quote', value } }),
    ...(run.kind === 'entry' && run.stop === 'with' && { stopPrice: '58800' }),
  })
  const name = `home/${STREAM_NAMES[run.stream] ?? ''}`
  const seq = published.filter((signal) => signal.stream === name).length + 1
  published.push({ stream: name, seq, jti, kind: run.kind })
  return jti
}

async function kill({ system, kills }: CrashFixture, jti: string | null): Promise<void> {
  kills.push({ jti, at: Date.now() })
  await system.kill('executor')
}

/** A trader who approves everything, and again what still waits when the device is back. */
function approveAll(bot: ScriptedBot, after: number): void {
  const approve = async (order: string) => {
    await sleep(after)
    await bot.answer(order, 'approve')
  }
  bot.onReport = (event) => {
    if (event.type === 'approval') void approve(event.order.id)
  }
  bot.onOnline = () => {
    for (const order of waiting(bot)) void approve(order)
    void bot.catchUp().catch(() => undefined)
  }
}

function waiting({ reports }: ScriptedBot): string[] {
  const open = new Set<string>()
  for (const [, event] of [...reports].sort(([a], [b]) => a - b)) {
    if (event.type === 'approval') open.add(event.order.id)
    if (event.type === 'order') open.delete(event.order.id)
  }
  return [...open]
}

const TIMEOUT_MS = 90_000
const QUIET_MS = 3_000

/** Until all three agree and stay so; an unknown order takes time. */
export async function awaitAgreement(fixture: CrashFixture): Promise<Evidence> {
  fixture.faults.disarm()
  const deadline = Date.now() + TIMEOUT_MS
  for (let agreedAt = Number.POSITIVE_INFINITY; ; await sleep(500)) {
    await fixture.bot.ask({ do: 'status' })
    await fixture.bot.catchUp()
    const evidence = collectEvidence(fixture)
    const complaints = violationsIn(evidence, fixture.system.home)
    if (complaints.length > 0) agreedAt = Number.POSITIVE_INFINITY
    else agreedAt = Math.min(agreedAt, Date.now())
    if (Date.now() > Math.min(deadline, agreedAt + QUIET_MS)) return evidence
  }
}

function collectEvidence({ venue, system, bot, published }: CrashFixture): Evidence {
  const events = readEvents(system.home)
  const histories = orderHistories(events)
  // Paper goes by the clock of its exchange, which a fault sets off.
  const taken =
    venue === 'paper'
      ? { accepted: paperOrders(system.home), clockOffMs: MAX_SKEW_MS }
      : { accepted: system.sandbox.exchange.acceptLog(), clockOffMs: 0 }
  return { published, events, histories, reports: bot.reports, ...taken }
}
