// What a halt finds out about a home, with executors played by the test: only the files are real.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { haltFile, markOf } from '@keyside/executor'
import { expect, onTestFinished, test } from 'vitest'
import { processSpace } from '../../executor/process-mark.ts'
import { haltExecutor, type Outcome } from './halt-executor.ts'
import { haltLines, isHaltedBy } from './halt-report.ts'

/** Turns when it is waited on, and stands still while `holds`: no real time is measured. */
function quickClock(
  onWait: () => void = () => undefined,
  holds: (ms: number) => boolean = () => false,
) {
  let now = 1_790_000_000_000
  return {
    now: () => now,
    after: (ms: number, run: () => void) => {
      if (!holds(now - 1_790_000_000_000)) now += ms
      onWait()
      setImmediate(run)
      return () => undefined
    },
    every: () => () => undefined,
    turned: () => now - 1_790_000_000_000,
  }
}

function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'keyside-halt-'))
  mkdirSync(join(home, 'run'), { mode: 0o700 })
  onTestFinished(() => rmSync(home, { recursive: true }))
  return home
}

async function hangingProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'])
  await once(child, 'spawn')
  const gone = once(child, 'exit')
  process.kill(child.pid ?? 0, 'SIGSTOP')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await gone
  })
  return child.pid ?? 0
}

function note(home: string, change: object): void {
  const mark = markOf(process.pid)
  const own = mark !== null && mark !== 'unknown' ? mark : { born: '', user: 0 }
  const base = { session: 's', pid: process.pid, space: processSpace(), since: 'then', ...own }
  writeFileSync(join(home, 'run/executor.json'), JSON.stringify({ ...base, ...change }))
}

function answer(home: string, change: object = {}): void {
  const to = readFileSync(haltFile(home), 'utf8')
  const said = { to, session: 's', trading: 'halted', positions: 'keep', held: [] }
  writeFileSync(`${haltFile(home)}.answer`, JSON.stringify({ ...said, ...change }))
}

const asked = { positions: 'keep', id: 'id' } as const
const halt = (home: string, clock = quickClock()) => haltExecutor(home, { ...asked, clock })

test('an answer to this very request is a halt', async () => {
  const home = newHome()
  note(home, {})
  const held = [{ stream: 'home/demo', market: 'BTC/USDT', amount: '0.5' }]
  const outcome = await halt(
    home,
    quickClock(() => answer(home, { held })),
  )
  expect(outcome).toMatchObject({ outcome: 'halted' })
  expect(haltLines(home, outcome, 'keep').join()).toContain('It holds 0.5 of BTC/USDT (demo).')
})

test('an answer to an older request is none', async () => {
  const home = newHome()
  note(home, { space: 'another machine' })
  const outcome = await halt(
    home,
    quickClock(() => answer(home, { to: 'sell 2026-01-01T00:00:00.000Z old\n' })),
  )
  expect(outcome).toMatchObject({ outcome: 'no_answer' })
  expect(isHaltedBy(outcome, 'keep')).toBe(false)
  expect(haltLines(home, outcome, 'keep').join()).toMatch(/NOT HALTED.*docker compose kill/s)
})

test('a request that cannot be written is no halt, and the way out is told', async () => {
  const home = newHome()
  note(home, {})
  mkdirSync(join(haltFile(home), 'in the way'), { recursive: true })
  const outcome = await halt(home)
  expect(outcome).toMatchObject({ outcome: 'not_asked' })
  expect(isHaltedBy(outcome, 'keep')).toBe(false)
  expect(haltLines(home, outcome, 'keep').join()).toMatch(
    /NOT HALTED: .*HALT: .*halt again.*Ctrl-C/s,
  )
})

test('where none runs, the request stays on file and nothing is called halted', async () => {
  const home = newHome()
  const outcome = await halt(home)
  expect(outcome).toEqual({ outcome: 'not_running' })
  expect(isHaltedBy(outcome, 'keep')).toBe(false)
  expect(haltLines(home, outcome, 'keep').join()).toMatch(/^Nothing was halted.*starts halted\.$/s)
  expect(existsSync(haltFile(home))).toBe(true)
})

test('one that hangs is killed after three seconds, and that is no sale', async () => {
  const home = newHome()
  const pid = await hangingProcess()
  const mark = markOf(pid)
  note(home, { pid, ...(mark !== 'unknown' && mark) })
  // The system takes its own time to end it.
  const clock = quickClock(undefined, (ms) => ms > 3_000 && markOf(pid) !== null)
  const outcome = await halt(home, clock)
  expect(outcome).toMatchObject({ outcome: 'ended', note: { pid } })
  expect(markOf(pid)).toBeNull()
  expect(clock.turned()).toBeGreaterThanOrEqual(3_000)
  expect(isHaltedBy(outcome, 'keep')).toBe(true)
  expect(isHaltedBy(outcome, 'sell')).toBe(false)
  expect(haltLines(home, outcome, 'sell').join()).toContain('Nothing was sold')
})

test('a number that another process has by now is left alone', async () => {
  const home = newHome()
  const pid = await hangingProcess()
  note(home, { pid, born: 'before that one' })
  expect(await halt(home)).toEqual({ outcome: 'not_running' })
  expect(markOf(pid)).not.toBeNull()
})

test('a process of another user than the note says is left alone', async () => {
  const home = newHome()
  const pid = await hangingProcess()
  const mark = markOf(pid)
  note(home, { pid, ...(mark !== 'unknown' && mark), user: 4_294_000_000 })
  expect(await halt(home)).toEqual({ outcome: 'not_running' })
  expect(markOf(pid)).not.toBeNull()
})

test('one that begins meanwhile has three seconds of its own', async () => {
  const home = newHome()
  let waits = 0
  const clock = quickClock(() => {
    waits += 1
    if (waits === 20) note(home, {})
    if (waits === 80) answer(home)
  })
  expect((await halt(home, clock)).outcome).toBe('halted')
})

test('asks for a sale in words that no keeping halt takes back', async () => {
  const home = newHome()
  const outcomes: Outcome[] = []
  for (const positions of ['sell', 'keep'] as const)
    outcomes.push(await haltExecutor(home, { ...asked, positions, clock: quickClock() }))
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['not_running', 'not_running'])
  expect(readFileSync(haltFile(home), 'utf8')).toMatch(/^sell .* id\n$/)
})
