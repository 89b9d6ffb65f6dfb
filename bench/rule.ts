// From a rule in the chat to its picture: through bot, broker and engine, over a year of hours of the sandbox's exchange.
import { openTestSystem, type TestSystem, until } from '../test/test-system.ts'
import { cpuOf } from './processes.ts'
import type { BenchOptions, Result } from './result.ts'
import { round, spread } from './spread.ts'

const RULE = (fast: number) => `name: bench
market: BTC/USDT
timeframe: 1h
enter: crossover(ema(${fast}), ema(26)) and rsi(14) < 70
exit: crossunder(ema(${fast}), ema(26))
size: 10 %
stop: 2 * atr(14)
`

/** The first one gets its candles from the exchange; the others have them. */
export async function rule({ signals, note }: BenchOptions): Promise<Result> {
  note('starting broker, executor, bot, engine and the sandbox')
  const system = await openTestSystem()
  try {
    const pids: number[] = []
    for (const program of ['broker', 'executor', 'engine', 'bot'] as const) {
      const { pid } = (await system.start(program)).process
      if (program === 'engine' || program === 'bot') pids.push(pid ?? 0)
    }
    const chat = system.sandbox.telegram.chat()
    const claim = await until('the code', () =>
      system.messages.find(({ type }) => type === 'claim'),
    )
    chat.sendText(`/start ${'code' in claim ? claim.code : ''}`)
    await chat.waitForMessage(({ text }) => text?.includes('yours') === true)
    const runs: Run[] = []
    for (let i = 0; i <= signals; i++) {
      runs.push(await oneRule(system, pids, RULE(5 + (i % 20))))
      note(`${i + 1} of ${signals + 1} rules`)
    }
    return summary(runs)
  } finally {
    await system.close()
  }
}

interface Run {
  /** From the message to the picture in the chat, ms. */
  readonly wall: number
  /** Of engine and bot together, where the system tells, ms. */
  readonly cpu: number | null
}

async function oneRule(system: TestSystem, pids: readonly number[], text: string): Promise<Run> {
  const chat = system.sandbox.telegram.chat()
  const pictures = () =>
    chat.messages().filter(({ caption }) => caption?.includes('bench on the past') === true).length
  const before = pictures()
  const [cpu, began] = [cpuOfAll(pids), performance.now()]
  chat.sendText(text)
  await chat.waitForMessage(() => pictures() > before, 60_000)
  const wall = performance.now() - began
  const after = cpuOfAll(pids)
  return { wall, cpu: cpu === null || after === null ? null : after - cpu }
}

/** Null where the system does not tell. */
function cpuOfAll(pids: readonly number[]): number | null {
  try {
    return pids.reduce((sum, pid) => sum + cpuOf(pid), 0)
  } catch {
    return null
  }
}

function summary([first, ...others]: readonly Run[]): Result {
  if (first === undefined) throw new RangeError('no rule was sent')
  const wall = spread(others.map((run) => run.wall))
  const cpu = others.map((run) => run.cpu ?? Number.NaN)
  const mean = round(cpu.reduce((sum, one) => sum + one, 0) / cpu.length)
  const json = { name: 'rule', rules: others.length, first, wall, cpu: mean }
  const text = [
    `rule in the chat → its picture, ${others.length} rules over a year of hours, ms`,
    `  candles from the exchange   ${first.wall.toFixed(0).padStart(8)}   cpu of engine and bot ${first.cpu}`,
    `  candles stored, p50         ${wall.p50.toFixed(0).padStart(8)}   cpu of engine and bot ${mean}`,
    `  candles stored, p99         ${wall.p99.toFixed(0).padStart(8)}`,
  ].join('\n')
  return { json, text }
}
