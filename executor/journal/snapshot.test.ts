// A start from a snapshot knows what a start from the first event knows; and what is not proved is not believed.
import { hash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { apply } from '../core/model/apply.ts'
import type { JournalEvent } from '../core/model/events.ts'
import { EMPTY_PORTFOLIO, type Portfolio } from '../core/model/state.ts'
import { TestExecutor } from '../testing/rig.ts'
import { linkHash, type Row } from './chain.ts'
import { Journal } from './journal.ts'
import { readJournal, verifyJournal } from './read.ts'

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keyside-snapshot-'))
})
afterEach(() => rmSync(home, { recursive: true }))
const path = () => join(home, 'journal.db')
const DAMAGED = expect.objectContaining({ code: 'journal_damaged' })

/** Pauses and resumes so often, with a snapshot every three events. */
function write(times: number): Portfolio {
  const journal = new Journal(path(), { snapshotEvery: 3 })
  let portfolio = journal.fold()
  for (let at = 1; at <= times; at += 1) {
    const state = at % 2 === 0 ? 'running' : 'paused'
    const event: JournalEvent = { type: 'trading', state, by: `test ${at}`, at }
    portfolio = apply(portfolio, event)
    journal.append([event], [], at, portfolio)
  }
  journal.close()
  return portfolio
}

function opened() {
  const journal = new Journal(path())
  try {
    const portfolio = journal.fold()
    return { portfolio, from: journal.startedFrom() }
  } finally {
    journal.close()
  }
}

function edit(sql: string): void {
  using db = new DatabaseSync(path())
  db.exec(sql)
}

const types = () => readJournal(path()).map(({ type }) => type)

test('is written after so many events, in the commit of the last of them, and named in the chain', () => {
  const portfolio = write(3)
  expect(types()).toEqual(['trading', 'trading', 'trading', 'snapshot'])
  expect(opened()).toEqual({ portfolio, from: 'snapshot' })
  expect(verifyJournal(path())).toMatchObject({ brokenAt: null, snapshot: 'agrees' })
})

test('what came after it is folded on, and the next one takes its place', () => {
  const portfolio = write(8)
  expect(types().filter((type) => type === 'snapshot')).toHaveLength(2)
  expect(opened()).toEqual({ portfolio, from: 'snapshot' })
  expect(write(0)).toEqual(portfolio)
})

test('a journal without one is folded from its first event', () => {
  const portfolio = write(2)
  expect(opened()).toEqual({ portfolio, from: 'whole' })
  expect(verifyJournal(path()).snapshot).toBe('none')
})

test('an executor with orders and a position goes on from it as from the whole journal', async () => {
  const executor = new TestExecutor({ path: path() })
  await executor.enter({ stopPrice: '58000' })
  const { portfolio } = executor.state()
  executor.close()
  const kept = new Journal(path(), { snapshotEvery: 1 })
  const event: JournalEvent = {
    type: 'unexpected',
    market: 'BTC/USDT',
    exchangeId: '1',
    as: 'trade',
    at: 1,
  }
  kept.append([event], [], 1, apply(kept.fold(), event))
  kept.close()
  expect(opened()).toEqual({ portfolio, from: 'snapshot' })
  executor.reopen()
  await executor.give(executor.exit())
  expect(executor.state().portfolio.positions).toEqual({})
  executor.close()
  expect(verifyJournal(path())).toMatchObject({ brokenAt: null, snapshot: 'agrees' })
})

test.each([
  ['its text', `UPDATE snapshots SET body = replace(body, '"paused"', '"running"')`],
  ['half of its text', 'UPDATE snapshots SET body = substr(body, 1, length(body) / 2)'],
  ['its version', "UPDATE snapshots SET version = 'another'"],
  ['the event it names', 'UPDATE snapshots SET seq = 2'],
  ['an event that is not there', 'UPDATE snapshots SET seq = 99'],
])(
  'is not believed when somebody changed %s: all events are read, and verify says so',
  (_, sql) => {
    const portfolio = write(3)
    edit(sql)
    expect(opened()).toEqual({ portfolio, from: 'edited' })
    expect(verifyJournal(path())).toMatchObject({ brokenAt: null, snapshot: 'differs' })
    // The next one heals it.
    const healed = write(3)
    expect(opened()).toEqual({ portfolio: healed, from: 'snapshot' })
  },
)

test('whoever changes its event as well breaks the chain behind it', () => {
  write(5)
  edit(`UPDATE events SET body = '{"digest":"x"}' WHERE type = 'snapshot'`)
  expect(opened).toThrow(DAMAGED)
  expect(verifyJournal(path()).brokenAt).toBe(4)
})

test('one that was forged together with what its event says is not believed either: the event has a hash', () => {
  write(3)
  {
    using db = new DatabaseSync(path())
    const { version, body } = db.prepare('SELECT version, body FROM snapshots').get() as {
      version: string
      body: string
    }
    const forged = body.replace('"paused"', '"running"')
    expect(forged).not.toBe(body)
    const digest = hash('sha256', JSON.stringify([version, forged]), 'base64url')
    db.prepare('UPDATE snapshots SET body = ?').run(forged)
    db.prepare("UPDATE events SET body = ? WHERE type = 'snapshot'").run(JSON.stringify({ digest }))
  }
  expect(opened).toThrow(DAMAGED)
  expect(verifyJournal(path()).brokenAt).toBe(4)
})

test('events after it are proved as ever', () => {
  write(5)
  edit("UPDATE events SET body = replace(body, 'paused', 'running') WHERE seq = 6")
  expect(opened).toThrow(DAMAGED)
})

test('an event before it that was edited is found by verify, and changes nothing at a start', () => {
  const portfolio = write(5)
  edit("UPDATE events SET body = replace(body, 'paused', 'running') WHERE seq = 1")
  expect(opened()).toEqual({ portfolio, from: 'snapshot' })
  expect(verifyJournal(path()).brokenAt).toBe(1)
})

test('one that was forged together with its event and all behind it is held against the fold by verify', () => {
  write(3)
  const forged = { ...EMPTY_PORTFOLIO, trading: 'running', tradingSince: 99 } as const
  const journal = new Journal(path(), { snapshotEvery: 1 })
  journal.append([{ type: 'silence', stream: 'x', since: 0, at: 9 }], [], 9, forged)
  journal.close()
  expect(opened()).toEqual({ portfolio: forged, from: 'snapshot' })
  expect(verifyJournal(path())).toMatchObject({ brokenAt: null, snapshot: 'differs' })
})

test('one of another version of the code is left alone, and the journal is folded whole', () => {
  const portfolio = write(3)
  edit("UPDATE snapshots SET version = 'older'")
  using db = new DatabaseSync(path())
  const row = db.prepare("SELECT * FROM events WHERE type = 'snapshot'").get() as unknown as Row
  const { body } = db.prepare('SELECT body FROM snapshots').get() as { body: string }
  const event = {
    ...row,
    body: JSON.stringify({ digest: hash('sha256', JSON.stringify(['older', body]), 'base64url') }),
  }
  db.prepare('UPDATE events SET body = ?, hash = ? WHERE seq = ?').run(
    event.body,
    linkHash(event),
    row.seq,
  )
  db.close()
  expect(opened()).toEqual({ portfolio, from: 'whole' })
  expect(verifyJournal(path())).toMatchObject({ brokenAt: null, snapshot: 'none' })
})

test('a commit that fails leaves neither the events nor the snapshot', () => {
  const portfolio = write(2)
  const journal = new Journal(path(), { snapshotEvery: 3 })
  const before = journal.fold()
  const pause: JournalEvent = { type: 'trading', state: 'paused', by: 'test', at: 3 }
  journal
    .database()
    .exec('CREATE TRIGGER full BEFORE INSERT ON snapshots BEGIN SELECT RAISE(ABORT, 1); END')
  expect(() => journal.append([pause], [], 3, apply(before, pause))).toThrow(
    expect.objectContaining({ code: 'journal_failed' }),
  )
  journal.close()
  expect(types()).toEqual(['trading', 'trading'])
  expect(opened()).toEqual({ portfolio, from: 'whole' })
})
