// The outbox: a signal is numbered, chained, signed and committed here before anything is sent.
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { GENESIS, hashText, type SigningKey, sign } from '@keyside/protocol'
import { transaction } from '@keyside/runtime'
import { z } from 'zod'
import type { Position } from '../strategies/runner.ts'
import { type SignalInput, signalClaims } from './signal-claims.ts'

export interface StreamRow {
  readonly name: string
  readonly plan: string
  readonly market: string
  readonly seq: number
  /** Hash of the last signal token, GENESIS before the first. */
  readonly hash: string
  readonly position: Position
  /** Number of the signal that brought the position, 0 before the first. */
  readonly since: number
  /** The last candle seen closed: when it opened, Unix seconds; null before the first. */
  readonly lastCandle: number | null
  /** The candle of the last entry, likewise. */
  readonly entryCandle: number | null
}

export interface SignedSignal {
  readonly stream: string
  readonly plan: string
  readonly seq: number
  readonly jti: string
  readonly token: string
  readonly exp: number
}

const streamRow = z.object({
  name: z.string(),
  plan: z.string(),
  market: z.string(),
  seq: z.int(),
  hash: z.string(),
  position: z.enum(['long', 'flat']),
  since: z.int(),
  lastCandle: z.number().nullable(),
  entryCandle: z.number().nullable(),
})

const signedRow = z.object({
  stream: z.string(),
  plan: z.string(),
  seq: z.int(),
  jti: z.string(),
  token: z.string(),
  exp: z.number(),
})

const SELECT_STREAM = `
  SELECT name, plan, market, seq, hash, position, since, last_candle AS lastCandle, entry_candle AS entryCandle
  FROM streams WHERE name = ?
`

const SIGNED =
  'stream, (SELECT plan FROM streams WHERE name = stream) AS plan, seq, jti, token, exp'

export class Outbox {
  readonly #database: DatabaseSync
  readonly #signer: { readonly key: SigningKey }
  /** Prepared, by text: a signal on its way waits for no compiler. */
  readonly #statements = new Map<string, StatementSync>()

  /** Signed with the key that `signer` has then. */
  constructor(database: DatabaseSync, signer: { readonly key: SigningKey }) {
    this.#database = database
    this.#signer = signer
  }

  stream(name: string): StreamRow | null {
    const row = this.#sql(SELECT_STREAM).get(name)
    return row === undefined ? null : streamRow.parse(row)
  }

  /** The stream's row: made for a new stream, which keeps plan and market from its first signal on. */
  openStream({ name, plan, market }: Pick<StreamRow, 'name' | 'plan' | 'market'>): StreamRow {
    this.#sql(
      `INSERT INTO streams VALUES (?, ?, ?, 0, ?, 'flat', 0, NULL, NULL)
         ON CONFLICT DO UPDATE SET plan = excluded.plan, market = excluded.market WHERE seq = 0`,
    ).run(name, plan, market, GENESIS)
    return this.#row(name)
  }

  markCandle(name: string, start: number): void {
    this.#sql('UPDATE streams SET last_candle = ? WHERE name = ?').run(start, name)
  }

  /** Its candle is then seen as well. Null if this decision has its signal already. */
  append(input: SignalInput): SignedSignal | null {
    return transaction(this.#database, () => {
      const { plan, seq: last, hash: prev } = this.#row(input.strategy.name)
      const claims = signalClaims(input, { plan, seq: last + 1, prev })
      if (this.#has(claims.jti)) return null
      const token = sign('signal', claims, this.#signer.key)
      const { sub: stream, seq, jti, exp } = claims
      const position = claims.kind === 'entry' ? 'long' : 'flat'
      this.#sql(`INSERT INTO signals VALUES (?, ?, ?, ?, ?, 'unsent')`).run(
        stream,
        seq,
        jti,
        token,
        exp,
      )
      const { start } = claims.candle
      this.#sql(
        'UPDATE streams SET seq = ?, hash = ?, position = ?, since = ?, last_candle = ? WHERE name = ?',
      ).run(seq, hashText(token), position, seq, start, stream)
      if (position === 'long')
        this.#sql('UPDATE streams SET entry_candle = ? WHERE name = ?').run(start, stream)
      return { stream, plan, seq, jti, token, exp }
    })
  }

  /** Marks signals that expired by `now` (Unix seconds) as missed: kept, but never sent. */
  dropExpired(now: number): SignedSignal[] {
    const rows = this.#sql(
      `UPDATE signals SET state = 'missed' WHERE state = 'unsent' AND exp <= ?
         RETURNING ${SIGNED}`,
    ).all(now)
    return rows.map((row) => signedRow.parse(row))
  }

  /** In the order in which they must be sent. */
  unsent(): SignedSignal[] {
    const rows = this.#sql(
      `SELECT ${SIGNED} FROM signals WHERE state = 'unsent' ORDER BY stream, seq`,
    ).all()
    return rows.map((row) => signedRow.parse(row))
  }

  /** The tokens of a stream after a number, oldest first, at most `most`. */
  signalsAfter(stream: string, after: number, most: number): string[] {
    const rows = this.#sql(
      'SELECT token FROM signals WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ?',
    ).all(stream, after, most)
    return rows.map((row) => z.string().parse(row['token']))
  }

  markSent(jti: string): void {
    this.#sql(`UPDATE signals SET state = 'sent' WHERE jti = ?`).run(jti)
  }

  #row(name: string): StreamRow {
    const row = this.stream(name)
    if (row === null) throw new RangeError(`no stream "${name}"`)
    return row
  }

  #has(jti: string): boolean {
    return this.#sql('SELECT 1 FROM signals WHERE jti = ?').get(jti) !== undefined
  }

  #sql(text: string): StatementSync {
    const statement = this.#statements.get(text) ?? this.#database.prepare(text)
    this.#statements.set(text, statement)
    return statement
  }
}
