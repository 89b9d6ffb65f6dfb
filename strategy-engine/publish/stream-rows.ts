// Where each stream stands, in memory: read from the database once, and as a commit stores it afterwards.
import type { DatabaseSync } from 'node:sqlite'
import { GENESIS } from '@keyside/protocol'
import { z } from 'zod'
import { Statements } from './statements.ts'

const schema = z.object({
  name: z.string(),
  plan: z.string(),
  market: z.string(),
  seq: z.int(),
  /** Hash of the last signal token, GENESIS before the first. */
  hash: z.string(),
  position: z.enum(['long', 'flat']),
  /** Number of the signal that brought the position, 0 before the first. */
  since: z.int(),
  /** The last candle seen closed: when it opened, Unix seconds; null before the first. */
  lastCandle: z.number().nullable(),
  /** While it runs: the market and timeframe whose closes count for it, written once for all streams. */
  follows: z.string().nullable(),
  /** The last candle of the past that it was given: closes after that one count. */
  followsAfter: z.number().nullable(),
})

export type Row = Readonly<z.infer<typeof schema>>
export type StreamRow = Omit<Row, 'follows' | 'followsAfter'>

const SELECT = `
  SELECT name, plan, market, seq, hash, position, since, last_candle AS lastCandle,
    follows, follows_after AS followsAfter
  FROM streams WHERE name = ?
`

const STORE = `
  INSERT INTO streams VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET plan = excluded.plan, market = excluded.market, seq = excluded.seq,
      hash = excluded.hash, position = excluded.position, since = excluded.since,
      last_candle = excluded.last_candle,
      follows = excluded.follows, follows_after = excluded.follows_after
`

/** In its place: to replace the row would write the page of its name too. */
const STORE_CLOSE =
  'INSERT INTO closes VALUES (?, ?) ON CONFLICT DO UPDATE SET start = excluded.start'

export class StreamRows {
  readonly #sql: Statements
  readonly #stored = new Map<string, Row>()
  readonly #changed = new Map<string, Row>()
  /** The last candle of each market and timeframe that all its streams are done with. */
  readonly #storedCloses = new Map<string, number>()
  readonly #closes = new Map<string, number>()

  /** What a former run left of them, until the first commit has written it into its streams. */
  readonly #formerCloses = new Map<string, number>()
  #isSettled = false

  /** Reads alone: an engine starts while another program holds its database. */
  constructor(database: DatabaseSync) {
    this.#sql = new Statements(database)
    for (const { name, start } of this.#sql.all('SELECT name, start FROM closes'))
      this.#formerCloses.set(String(name), Number(start))
  }

  /** As stored; null for a stream that never was. */
  stored(name: string): StreamRow | null {
    const row = this.#stored.get(name) ?? this.#read(name)
    return row && withClose(row, this.#storedCloses)
  }

  /** With what is not stored yet. */
  now(name: string): Row | null {
    const row = this.#changed.get(name) ?? this.#stored.get(name) ?? this.#read(name)
    return row && withClose(withClose(row, this.#storedCloses), this.#closes)
  }

  open({ name, plan, market }: Pick<StreamRow, 'name' | 'plan' | 'market'>): StreamRow {
    const known = this.now(name)
    if (known !== null && (known.seq > 0 || (known.plan === plan && known.market === market)))
      return known
    const seen = known ?? { ...UNSEEN, name }
    return this.change({ ...seen, plan, market })
  }

  /** Closes of `closes` after `after` (Unix seconds) count for it, or none any more. */
  follow(name: string, closes: string | null, after: number | null): void {
    const row = this.now(name)
    if (row !== null) this.change({ ...row, follows: closes, followsAfter: after })
  }

  close(closes: string, start: number): void {
    this.#closes.set(closes, start)
  }

  change(row: Row): Row {
    this.#changed.set(row.name, row)
    return row
  }

  get hasChanged(): boolean {
    return this.#changed.size > 0 || this.#closes.size > 0
  }

  /** How many streams changed. */
  get changes(): number {
    return this.#changed.size
  }

  /** Names of the streams that changed. */
  changed(): readonly string[] {
    return [...this.#changed.keys()]
  }

  /** Within the first transaction, before all else: how far each stream of a former run came. */
  settle(): void {
    if (this.#isSettled) return
    this.#sql.run(
      `UPDATE streams SET last_candle = max(coalesce(last_candle, closes.start), closes.start)
         FROM closes WHERE closes.name = follows AND closes.start > follows_after`,
    )
    this.#sql.run(
      'UPDATE streams SET follows = NULL, follows_after = NULL WHERE follows IS NOT NULL',
    )
    this.#sql.run('DELETE FROM closes')
  }

  /** Within the transaction that stores its signals. */
  store(name: string): void {
    const row = this.#changed.get(name)
    if (row === undefined) return
    const { plan, market, seq, hash, position, since } = row
    const { lastCandle, follows, followsAfter } = row
    this.#sql.run(
      STORE,
      name,
      plan,
      market,
      seq,
      hash,
      position,
      since,
      lastCandle,
      follows,
      followsAfter,
    )
  }

  storeCloses(): void {
    for (const [name, start] of this.#closes) this.#sql.run(STORE_CLOSE, name, start)
  }

  /** The transaction is committed; `failed` streams stand where they stood. */
  committed(failed: ReadonlyMap<string, unknown>): void {
    this.#isSettled = true
    for (const [name, row] of this.#changed) if (!failed.has(name)) this.#stored.set(name, row)
    for (const [name, start] of this.#closes) this.#storedCloses.set(name, start)
    this.#changed.clear()
    this.#closes.clear()
  }

  #read(name: string): Row | null {
    const found = this.#sql.get(SELECT, name)
    if (found === undefined) return null
    const former = withClose(schema.parse(found), this.#formerCloses)
    const row = { ...former, follows: null, followsAfter: null }
    this.#stored.set(name, row)
    return row
  }
}

const UNSEEN = {
  seq: 0,
  hash: GENESIS,
  position: 'flat',
  since: 0,
  lastCandle: null,
  follows: null,
  followsAfter: null,
} as const

function withClose(row: Row, closes: ReadonlyMap<string, number>): Row {
  const start = row.follows === null ? undefined : closes.get(row.follows)
  const isLater =
    start !== undefined && start > Math.max(row.followsAfter ?? 0, row.lastCandle ?? 0)
  return isLater ? { ...row, lastCandle: start } : row
}
