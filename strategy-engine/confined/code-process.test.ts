// What a strategy's code can do to the engine: stop its own stream.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CONFINED_CODE, systemClock } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { LIMITS } from '../strategies/typescript/limits.ts'
import { codeText } from '../strategies/typescript/testing/code.ts'
import { CodeProcess } from './code-process.ts'
import { built, decided, learned, loaded } from './questions.ts'

const ABOUT = { market: 'BTC/USDT', timeframe: '1m', params: {}, adds: false, again: false }

function processOf(options: Partial<ConstructorParameters<typeof CodeProcess>[0]> = {}) {
  const process = new CodeProcess({ clock: systemClock, file: 'coded.ts', ...options })
  onTestFinished(() => process.end())
  return process
}

/** Loaded and built: its number, and what it says at a candle with this close. */
async function started(parts: Parameters<typeof codeText>[0]) {
  const process = processOf()
  await process.ask({ is: 'load', file: 'coded.ts', text: codeText(parts), limits: LIMITS }, loaded)
  const { at } = await process.ask({ is: 'build', about: ABOUT }, built)
  const ask = (close: number | null) =>
    process.ask({ is: 'ask', at, values: [close], closed: 60, held: null }, decided)
  return { process, at, ask }
}

test('it is loaded, built, told the past, and asked; what is not known stays unknown', async () => {
  const { process, at, ask } = await started({
    build: 'let seen = 0',
    candle: 'seen++',
    enter: 'close.value > 1 && { reason: "candle " + seen, stop: 2, part: 0.5 }',
    exit: 'held.profit < 0 && "lost"',
  })
  const past = { is: 'learn', at, candles: [[[5], 0]] } as const
  await process.ask(past, learned)
  expect(await ask(5)).toEqual({ entry: { reason: 'candle 2', stop: 2, part: 0.5 }, exit: null })
  expect(await ask(null)).toEqual({ entry: null, exit: null })
  const held = [1, 1, -1, 60, 1, 1, 1] as [number, number, number, number, number, number, number]
  const question = { is: 'ask', at, values: [0], closed: 60, held } as const
  expect(await process.ask(question, decided)).toEqual({ entry: null, exit: 'lost' })
})

test('what throws, and what uses memory without end, is told and ended', async () => {
  const throws = await started({ enter: 'throw new Error("no more")' })
  await expect(throws.ask(1)).rejects.toMatchObject({
    code: 'strategy_failed',
    message: expect.stringContaining('coded.ts: the strategy threw Error: no more at line'),
  })
  const grows = await started({
    build: 'const all = []',
    enter: 'for (let i = 0; i < 400; i++) all.push(new Array(100_000).fill(1)); return false',
  })
  await expect(grows.ask(1)).rejects.toMatchObject({
    code: 'strategy_failed',
    message: 'coded.ts: the strategy used more than 128 MB of memory, and was ended',
  })
  await expect(grows.ask(1), 'and so is all that is asked later').rejects.toThrow('128 MB')
})

test.each([
  ['hangs', 'gave no answer within 2 s, and was ended'],
  ['floods', 'said something that it was not asked, and was ended'],
  ['talks rubbish', 'said something that it was not asked, and was ended'],
  ['answers rubbish', 'answered something else than it was asked, and was ended'],
  ['says too much', 'said something that it was not asked, and was ended'],
  ['ends', 'ended by itself (7)'],
])('a process that has come out of its realm and %s is ended', async (file, why) => {
  const program = new URL('./testing/misbehaving.mjs', import.meta.url)
  const process = processOf({ program, answerMs: 2_000 })
  const answer = process.ask({ is: 'load', file, text: '', limits: LIMITS }, decided)
  await expect(answer).rejects.toMatchObject({
    code: 'strategy_failed',
    message: `coded.ts: the strategy ${why}`,
  })
  expect(process.isOver).toBe(true)
})

test('it can read no key, open no socket, start no process, and knows nothing of the environment', () => {
  const home = mkdtempSync(join(tmpdir(), 'keyside-confined-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  for (const folder of ['engine', 'strategies']) mkdirSync(join(home, folder))
  for (const name of ['engine.key', 'engine.token']) writeFileSync(join(home, 'engine', name), 'x')
  const script = join(import.meta.dirname, 'testing/hostile.mjs')
  const run = (flags: readonly string[]) => {
    const options = { env: {}, encoding: 'utf8', timeout: 20_000 } as const
    const { stdout } = spawnSync(process.execPath, [...flags, script, home], options)
    return JSON.parse(stdout) as Record<string, string>
  }
  expect(run([])).toMatchObject({ 'read a key': 'done', 'start a process': 'done', listen: 'done' })
  const told = Object.values(run(CONFINED_CODE))
  expect([...new Set(told)].sort()).toEqual(['ERR_ACCESS_DENIED', 'ERR_DLOPEN_DISABLED'])
  expect(told.length).toBeGreaterThan(8)
})
