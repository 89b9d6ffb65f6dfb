// keyside journal: showing an order's history by a prefix of its id, verifying, exporting.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { JournalEvent } from '../executor/core/model/events.ts'
import { writeMark } from '../executor/journal/mark.ts'
import { openJournalHome } from './journal-home.ts'
import { keysideHere } from './keyside-here.ts'

let home = ''
let orders: readonly string[] = []
beforeAll(async () => {
  const opened = openJournalHome('journal')
  home = opened.home
  const { executor } = opened
  // Seventeen ids: two of them begin with the same of sixteen letters.
  for (let count = 0; count < 17; count += 1)
    await executor.enter({ size: { unit: 'quote', value: '20' } })
  orders = executor.exchange.sent.map(({ clientOrderId }) => clientOrderId)
  // More than one page, and what a spreadsheet must not take apart.
  const at = executor.clock.now()
  const many = Array<JournalEvent>(1_100).fill({
    type: 'trading',
    state: 'running',
    by: 'a "b", c',
    at,
  })
  executor.journal.append(many, [], at)
  writeMark(executor.path, executor.journal)
  executor.close()
})
afterAll(() => rmSync(home, { recursive: true }))

function run(args: readonly string[], folder = home) {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], KEYSIDE_HOME: folder }
  return keysideHere(args, { env })
}

const show = (order: string) => run(['journal', 'show', order])

/** A copy of the home, with something done to its journal. */
function copyHome(change: (journal: string) => void): string {
  const copy = mkdtempSync(join(tmpdir(), 'keyside-journal-copy-'))
  onTestFinished(() => rmSync(copy, { recursive: true }))
  cpSync(home, copy, { recursive: true })
  change(join(copy, 'executor/journal.db'))
  return copy
}

test('tells the story of the one order that begins so', async () => {
  const { code, stdout } = await show((orders[0] ?? '').slice(0, 12))
  expect(code).toBe(0)
  expect(stdout).toContain('buy BTC/USDT for 20 USDT')
  expect(stdout).toContain('handed to the exchange')
})

test('tells none where several begin so, and says how many', async () => {
  const letters = orders.map((order) => order.slice(0, 1))
  const shared = letters.find((letter, at) => letters.indexOf(letter) !== at) ?? ''
  const { code, stdout, stderr } = await show(shared)
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  expect(stderr).toMatch(
    new RegExp(`^\\d+ signals, or orders of them, begin with "${shared}": .*\\(order_ambiguous\\)`),
  )
})

test('explain tells the way of the newest signal and where it ended, and of one that is named', async () => {
  const newest = await run(['explain'])
  expect(newest).toMatchObject({ code: 0, stderr: '' })
  expect(newest.stdout).toMatch(/^Signal [\w-]{22} {2}home\/demo BTC\/USDT\n\nUTC +step *\n/)
  expect(newest.stdout).toMatch(/ received +signal \d+, \w+: .* s after it was signed/)
  expect(newest.stdout).toMatch(/\n\n(?:filled|works|ended|refused|waits): .+\n$/)
  const signal = /^Signal ([\w-]{22})/.exec(newest.stdout)?.[1] ?? ''
  expect((await run(['explain', signal.slice(0, 12)])).stdout).toBe(newest.stdout)
  expect(await run(['explain', 'nothing'])).toMatchObject({ code: 3, stdout: '' })
})

test('says so where none begins so', async () => {
  const { code, stderr } = await show('nothing')
  expect(code).toBe(3)
  expect(stderr).toMatch(/"nothing".*keyside journal list \(order_not_found\)/)
})

interface Verified {
  readonly events: number
  readonly lastHash: string
}

/** As a spreadsheet reads it, the apostrophe before what looks like a formula taken off. */
function readCsv(text: string): string[][] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g)].map(([, quoted, plain = '']) =>
        (quoted?.replaceAll('""', '"') ?? plain).replace(/^'/, ''),
      ),
    )
}

test('exports every fact, in order, as CSV and as JSON, with the hashes that verify finds', async () => {
  const csv = await run(['journal', 'export'])
  const json = await run(['journal', 'export', '--json'])
  const verified = await run(['journal', 'verify', '--json'])
  expect([csv.code, json.code, verified.code]).toEqual([0, 0, 0])
  const [head, ...rows] = readCsv(csv.stdout)
  expect(head?.join()).toBe(
    'seq,time_utc,type,stream,market,side,amount,price,cost,fee,fee_currency,order_id,trade_id,signal,text,hash',
  )
  const { events, lastHash } = JSON.parse(verified.stdout) as Verified
  expect(events).toBeGreaterThan(1_100)
  expect(rows.map(([seq]) => Number(seq))).toEqual(
    Array.from({ length: events }, (_, at) => at + 1),
  )
  expect(rows.at(-1)?.slice(-2)).toEqual(['trading is running, by a "b", c', lastHash])
  const entries = JSON.parse(json.stdout) as Record<string, unknown>[]
  expect(entries).toHaveLength(events)
  expect(rows.map((row) => [row[0], row[2], row[11], row[15]])).toEqual(
    entries.map(({ seq, type, order, hash }) => [String(seq), type, order ?? '', hash]),
  )
})

test('the table has a fill as a spreadsheet adds it up, and no cell of JSON', async () => {
  const { stdout } = await run(['journal', 'export'])
  const [head = [], ...rows] = readCsv(stdout)
  const fills = rows
    .map((row) => Object.fromEntries(head.map((column, at) => [column, row[at] ?? ''])))
    .filter(({ type }) => type === 'fill')
  expect(fills.length).toBeGreaterThan(1)
  for (const fill of fills) {
    expect(fill).toMatchObject({
      stream: 'home/demo',
      market: 'BTC/USDT',
      side: expect.stringMatching(/^(?:buy|sell)$/),
      order_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      trade_id: expect.stringMatching(/./),
      signal: expect.stringMatching(/./),
      time_utc: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/),
    })
    expect(Number(fill['cost'])).toBeCloseTo(Number(fill['amount']) * Number(fill['price']), 8)
  }
  expect(rows.flat().filter((cell) => cell.startsWith('{'))).toEqual([])
})

test('lists the newest entries', async () => {
  const { code, stdout } = await run(['journal', 'list', '--last', '2', '--json'])
  const entries = JSON.parse(stdout) as { seq: number }[]
  expect({ code, entries }).toMatchObject({ code: 0, entries: [{ type: 'trading' }, {}] })
  expect((entries[1]?.seq ?? 0) - (entries[0]?.seq ?? 0)).toBe(1)
})

test('verifies a journal, and says which hash it ends with', async () => {
  const { code, stdout } = await run(['journal', 'verify'])
  expect(stdout).toMatch(/^\d+ entries, unbroken\. The last hash is \S{43}\.\n$/)
  expect(code).toBe(0)
})

test('a journal whose end was cut off is not verified, though its chain is whole', async () => {
  const cut = copyHome((journal) => {
    using db = new DatabaseSync(journal)
    db.exec('DELETE FROM events WHERE seq > 20')
  })
  const { code, stdout } = await run(['journal', 'verify'], cut)
  expect(stdout).toMatch(/older than the last one here, or a part .*\(journal_restored\)$/m)
  expect(stdout).not.toContain('unbroken')
  expect(code).toBe(1)
  const json = await run(['journal', 'verify', '--json'], cut)
  const found = { ok: false, events: 20, brokenAt: null, snapshot: 'none', restored: true }
  expect({ code: json.code, ...JSON.parse(json.stdout) }).toMatchObject({ code: 1, ...found })
  const doctor = await run(['doctor', '--json'], cut)
  const journal = { check: 'journal', ok: false, text: expect.stringContaining('journal adjust') }
  expect(JSON.parse(doctor.stdout)).toContainEqual(journal)
})

test.each([
  ['is missing', 'journal_missing', (file: string) => rmSync(file)],
  [
    'is no database',
    'journal_damaged',
    (file: string) => writeFileSync(file, 'something else\n'.repeat(99)),
  ],
])('where the journal %s, every look at it says so', async (_, word, change) => {
  const copy = copyHome(change)
  for (const look of ['list', 'show a', 'verify', 'export']) {
    const { code, stdout, stderr } = await run(['journal', ...look.split(' ')], copy)
    expect(stderr).toMatch(new RegExp(`^.* \\(${word}\\)\n$`))
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  }
})
