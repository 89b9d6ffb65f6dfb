// A database that another program holds for a while: who waits, in which order, and what is no lock.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { databaseBusy, isBusy, Retry, whileBusy } from './busy.ts'

function handClock() {
  let now = 0
  let timers: { at: number; run: () => void }[] = []
  return {
    now: () => now,
    after: (ms: number, run: () => void) => {
      const timer = { at: now + ms, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((one) => one !== timer)
      }
    },
    advance: (ms: number) => {
      const end = now + ms
      for (;;) {
        const next = timers.toSorted((a, b) => a.at - b.at)[0]
        if (next === undefined || next.at > end) break
        timers = timers.filter((one) => one !== next)
        now = next.at
        next.run()
      }
      now = end
    },
  }
}

/** Steps that meet a lock while `held` is on. */
function bench() {
  const clock = handClock()
  const told: string[] = []
  const done: string[] = []
  const lock = { held: true }
  const retry = new Retry({
    clock,
    file: 'a.db',
    warn: (sentence) => told.push(sentence),
    onLong: () => told.push('long'),
    onFree: (ms) => told.push(`free after ${ms}`),
  })
  const step = (name: string) => () => {
    if (lock.held) throw databaseBusy('a.db')
    done.push(name)
  }
  return { clock, told, done, lock, retry, step }
}

function openFile(): [DatabaseSync, DatabaseSync] {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-busy-'))
  const both = [1, 2].map(() => new DatabaseSync(join(folder, 'a.db'), { timeout: 0 }))
  onTestFinished(() => {
    for (const one of both) one.close()
    rmSync(folder, { recursive: true })
  })
  const [one, other] = both
  if (one === undefined || other === undefined) throw new Error('unreachable')
  one.exec('PRAGMA journal_mode = WAL; CREATE TABLE a (b)')
  return [one, other]
}

const thrownBy = (work: () => unknown): unknown => {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

test('a lock of another connection is busy, in each of its forms', () => {
  const [one, other] = openFile()
  other.exec('BEGIN IMMEDIATE')
  expect(isBusy(thrownBy(() => one.exec('BEGIN IMMEDIATE')))).toBe(true)
  other.exec('ROLLBACK')
  one.exec('BEGIN; SELECT * FROM a')
  other.exec('INSERT INTO a VALUES (1)')
  const snapshot = thrownBy(() => one.exec('INSERT INTO a VALUES (2)'))
  expect(snapshot).toMatchObject({ errcode: 517 })
  expect(isBusy(snapshot)).toBe(true)
})

test('what is wrong with disk, file or statement is not busy', () => {
  const [one] = openFile()
  one.exec('PRAGMA max_page_count = 1')
  const full = thrownBy(() => one.exec('INSERT INTO a SELECT hex(randomblob(99999))'))
  expect(full).toMatchObject({ errcode: 13 })
  for (const error of [full, thrownBy(() => one.exec('nonsense')), new Error('busy'), null])
    expect(isBusy(error)).toBe(false)
})

test('a step without a lock in its way is done at once', () => {
  const { retry, step, done, lock, told } = bench()
  lock.held = false
  expect(retry.whenDone(step('one'))).toBeUndefined()
  expect([done, told]).toEqual([['one'], []])
})

test('steps that meet a lock are done in their order when it is gone, and so are those that came meanwhile', async () => {
  const { retry, step, done, lock, clock, told } = bench()
  const first = retry.whenDone(step('one'))
  retry.run(step('two'))
  clock.advance(900)
  lock.held = false
  retry.run(step('three'))
  expect(done).toEqual([])
  clock.advance(250)
  expect(done).toEqual(['one', 'two', 'three'])
  await first
  expect(told).toEqual([databaseBusy('a.db').message, 'free after 1000'])
  expect(retry.waits()).toBe(false)
})

test('a step that fails for another reason is rejected, and the next one is done', async () => {
  const { retry, step, done, lock, clock } = bench()
  const failing = retry.whenDone(() => {
    step('')()
    throw new Error('the disk is full')
  })
  retry.run(step('next'))
  lock.held = false
  clock.advance(250)
  await expect(failing).rejects.toThrow('the disk is full')
  expect(done).toEqual(['', 'next'])
})

test('a step that nobody waits for and that fails later is told of', async () => {
  const { retry, step, lock, clock, told } = bench()
  retry.run(() => {
    step('')()
    throw new Error('the disk is full')
  })
  lock.held = false
  clock.advance(250)
  await new Promise((done) => setImmediate(done))
  expect(told).toContain('a step that had waited for a.db failed: the disk is full')
})

test('a step that leads to another is followed by it', () => {
  const { retry, step, done, lock, clock } = bench()
  retry.run(() => {
    step('one')()
    retry.run(step('after one'))
  })
  retry.run(step('two'))
  lock.held = false
  clock.advance(250)
  expect(done).toEqual(['one', 'two', 'after one'])
})

test('a lock of more than ten seconds is told of once', () => {
  const { retry, step, lock, clock, told } = bench()
  retry.run(step('one'))
  clock.advance(60_000)
  lock.held = false
  clock.advance(250)
  expect(told.slice(1)).toEqual(['long', 'free after 60250'])
})

test('after its end nothing that waits is done', () => {
  const { retry, step, done, lock, clock } = bench()
  retry.run(step('one'))
  retry.stop()
  lock.held = false
  clock.advance(1_000)
  expect(done).toEqual([])
})

test('one thing alone is tried until it succeeds, and what is no lock ends it', async () => {
  const { step, done, lock, clock } = bench()
  const work = whileBusy(step('one'), clock)
  clock.advance(250)
  await Promise.resolve()
  lock.held = false
  await Promise.resolve()
  clock.advance(250)
  await work
  expect(done).toEqual(['one'])
  const failing = whileBusy(() => Promise.reject(new Error('no')), clock)
  await expect(failing).rejects.toThrow('no')
})
