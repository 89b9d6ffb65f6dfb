// The executor is killed at random moments of a signal's life, and started again: never twice, nothing lost.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import {
  complaintsAbout,
  type Evidence,
  livesOf,
  type Published,
  phaseAt,
  readFacts,
} from './crash-evidence.ts'
import { planRuns, RUNS, type Run, STREAMS } from './crash-plan.ts'
import { type ScriptedBot, scriptedBot } from './scripted-bot.ts'
import { type ScriptedEngine, type ScriptedStream, scriptedEngine } from './scripted-engine.ts'
import { openWorld, UNASKED_POLICY, type World } from './world.ts'

const SEED = Number(process.env['KEYSIDE_SEED'] ?? Date.now() % 1_000_000_000)
const STREAM_NAMES = Array.from({ length: STREAMS }, (_, index) => `s${index}`)
const MARKETS = STREAM_NAMES.map((_, index) => `C${index}/USDT`)
const HEAD_MS = 10_000

/** Entries of 200 are asked about, those of 100 are not: so one executor has both. */
const POLICY = UNASKED_POLICY.replace('approval: never', 'approval: above 150')
  .replace('[BTC/USDT]', `[BTC/USDT, ${MARKETS.join(', ')}]`)
  .replace(
    /streams:\n.*\n/,
    `streams:\n${STREAM_NAMES.map((name) => `  ${name}: { allotment: 5000 }\n`).join('')}`,
  )

const INSTRUMENTS = ['BTC/USDT', ...MARKETS].map((symbol) => ({
  symbol,
  price: '60000',
  tickSize: '0.01',
  stepSize: '0.00001',
  minNotional: '5',
  maxQuantity: '9000',
  maxMarketQuantity: '100',
}))

interface Stage {
  readonly world: World
  readonly bot: ScriptedBot
  readonly streams: readonly ScriptedStream[]
  readonly published: Published[]
  /** `jti` of the signal under way; null between two. Unix ms. */
  readonly kills: { readonly jti: string | null; readonly at: number }[]
}

test(`60 kills, seed ${SEED}: no order twice, no decision without a report`, {
  timeout: 300_000,
}, async () => {
  const stage = await setStage()
  const { world, bot } = stage
  await world.start('executor')
  for (const run of planRuns(SEED)) await perform(stage, run)
  const evidence = await agreed(stage)
  console.log(summary(stage, evidence))
  expect(complaintsAbout(evidence, world.home), `KEYSIDE_SEED=${SEED}`).toEqual([])
  expect(bot.complaints, `KEYSIDE_SEED=${SEED}`).toEqual([])
  // Without these the rest would prove little; a slow machine is killed earlier in a signal's life.
  expect(evidence.accepted.length, 'orders that the exchange accepted').toBeGreaterThan(RUNS / 4)
  expect(killsByPhase(stage, evidence.facts).size, 'kinds of moments').toBeGreaterThan(5)
})

async function setStage(): Promise<Stage> {
  const world = await openWorld({ policy: POLICY, instruments: INSTRUMENTS, logLevel: 'info' })
  onTestFinished(() => world.close())
  await world.start('broker')
  const engine = await scriptedEngine(world.home)
  onTestFinished(() => engine.close())
  const bot = await scriptedBot(world.home)
  onTestFinished(() => bot.close())
  const streams = await openStreams(engine)
  const keepAlive = setInterval(() => {
    for (const stream of streams) void stream.head()
  }, HEAD_MS)
  onTestFinished(() => clearInterval(keepAlive))
  return { world, bot, streams, published: [], kills: [] }
}

async function openStreams(engine: ScriptedEngine): Promise<ScriptedStream[]> {
  const streams = STREAM_NAMES.map((name, index) => engine.stream(name, MARKETS[index] ?? ''))
  for (const stream of streams) await stream.head()
  return streams
}

async function perform(stage: Stage, run: Run): Promise<void> {
  const { world, bot } = stage
  world.sandbox.exchange.faults.disarm()
  if (run.fault !== null) world.sandbox.exchange.faults.arm(run.fault)
  approveAll(bot, run.answerAfter)
  if (run.published === 'down') await kill(stage, null)
  const jti = await publish(stage, run)
  if (run.published === 'up') {
    await sleep(run.killAfter)
    await kill(stage, jti)
  }
  if (run.killAgainAfter !== null) {
    const start = world.start('executor')
    start.catch(() => undefined)
    await sleep(run.killAgainAfter)
    await kill(stage, jti)
  }
  await world.start('executor')
}

async function publish({ streams, published }: Stage, run: Run): Promise<string> {
  const stream = streams[run.stream]
  if (stream === undefined) throw new RangeError(`no stream ${run.stream}`)
  const value = run.approval === 'asked' ? '200' : '100'
  const jti = await stream.signal({
    kind: run.kind,
    until: Date.now() / 1000 + 20,
    ...(run.kind === 'entry' && { size: { unit: 'quote', value } }),
    ...(run.kind === 'entry' && run.stop === 'with' && { stop: '57000' }),
  })
  const name = STREAM_NAMES[run.stream] ?? ''
  const seq = published.filter((signal) => signal.stream === name).length + 1
  published.push({ stream: name, seq, jti, kind: run.kind })
  return jti
}

async function kill({ world, kills }: Stage, jti: string | null): Promise<void> {
  kills.push({ jti, at: Date.now() })
  await world.kill('executor')
}

/** A trader who says yes to all, and once more to what still waits when the device is back. */
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

const PATIENCE_MS = 90_000
const CALM_MS = 3_000

/** Until all three tell one story and go on doing so; an unknown order takes its time. */
async function agreed(stage: Stage): Promise<Evidence> {
  stage.world.sandbox.exchange.faults.disarm()
  const deadline = Date.now() + PATIENCE_MS
  for (let agreedAt = Number.POSITIVE_INFINITY; ; await sleep(500)) {
    await stage.bot.ask({ do: 'status' })
    await stage.bot.catchUp()
    const evidence = gather(stage)
    const complaints = complaintsAbout(evidence, stage.world.home)
    if (complaints.length > 0) agreedAt = Number.POSITIVE_INFINITY
    else agreedAt = Math.min(agreedAt, Date.now())
    if (Date.now() > Math.min(deadline, agreedAt + CALM_MS)) return evidence
  }
}

function gather({ world, bot, published }: Stage): Evidence {
  const facts = readFacts(world.home)
  const accepted = world.sandbox.exchange.acceptLog()
  return { published, facts, lives: livesOf(facts), accepted, reports: bot.reports }
}

function killsByPhase({ kills }: Stage, facts: Evidence['facts']): Map<string, number> {
  const phases = new Map<string, number>()
  for (const { jti, at } of kills) {
    const phase = jti === null ? 'at rest' : phaseAt(facts, jti, at)
    phases.set(phase, (phases.get(phase) ?? 0) + 1)
  }
  return phases
}

function summary(stage: Stage, { facts, lives, accepted }: Evidence): string {
  const steps = [...lives.values()].flatMap((life) => life.steps)
  const count = (event: string) => steps.filter((step) => step.event === event).length
  const byPhase = [...killsByPhase(stage, facts)]
    .sort()
    .map(([phase, times]) => `${phase} ${times}`)
  return [
    `${RUNS} runs, seed ${SEED}, ${stage.kills.length} kills (${byPhase.join(', ')})`,
    `${accepted.length} orders accepted, ${count('approve')} approved by the trader`,
    `${count('lose')} unknown outcomes: ${count('lose') - count('miss')} found, ${count('miss')} proved not placed`,
    `${stage.bot.reports.size} reports`,
  ].join('; ')
}
