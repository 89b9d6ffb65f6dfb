// The outbox: signals are numbered, chained and signed here, and committed, many at once, before anything is sent.
import type { DatabaseSync } from 'node:sqlite'
import { hashText, readOwnClaims, type Signal, type SigningKey, sign } from '@keyside/protocol'
import { isBusy, transaction } from '@keyside/runtime'
import { z } from 'zod'
import {
  decisionId,
  type IntentInput,
  intentId,
  type SignalInput,
  type StreamPosition,
  signalClaims,
  signalOfIntent,
} from './signal-claims.ts'
import { Statements } from './statements.ts'
import { type Row, type StreamRow, StreamRows } from './stream-rows.ts'

export type { StreamRow } from './stream-rows.ts'

export interface SignedSignal {
  readonly stream: string
  readonly plan: string
  readonly seq: number
  readonly jti: string
  readonly token: string
  readonly exp: number
}

const signedRow = z.object({
  stream: z.string(),
  plan: z.string(),
  seq: z.int(),
  jti: z.string(),
  token: z.string(),
  exp: z.number(),
})

export interface Committed {
  /** In the order in which they must be sent. */
  readonly signals: readonly SignedSignal[]
  /** Streams that could not be stored, and why: nothing of them was. */
  readonly failed: ReadonlyMap<string, unknown>
}

/** Some milliseconds of a commit. */
const MANY_ROWS = 1_000

const tokenRow = z.object({ token: z.string() })
/** More signals than a position has: its stop rises by 0.1 % at least. */
const MAX_SIGNALS = 10_000

/** Of a token that this engine has signed. */
function claimsOf(token: string): Signal {
  const read = readOwnClaims(token, 'signal')
  if (!read.ok) throw new Error(`a stored signal cannot be read: ${read.message}`)
  return read.claims
}

const SIGNED =
  'stream, (SELECT plan FROM streams WHERE name = stream) AS plan, seq, jti, token, exp'

export class Outbox {
  readonly #database: DatabaseSync
  readonly #signer: { readonly key: SigningKey }
  readonly #sql: Statements
  readonly #rows: StreamRows
  /** Not yet committed. */
  #uncommitted: SignedSignal[] = []

  /** Signed with the key that `signer` has then. */
  constructor(database: DatabaseSync, signer: { readonly key: SigningKey }) {
    this.#database = database
    this.#signer = signer
    this.#sql = new Statements(database)
    this.#rows = new StreamRows(database)
  }

  /** What is committed of it. */
  stream(name: string): StreamRow | null {
    return this.#rows.stored(name)
  }

  /** With what is signed and not yet committed. */
  standing(name: string): StreamRow | null {
    return this.#rows.now(name)
  }

  /** The stream's row: made for a new stream, which keeps plan and market from its first signal on. */
  openStream(stream: Pick<StreamRow, 'name' | 'plan' | 'market'>): StreamRow {
    return this.#rows.open(stream)
  }

  /** Candles after `after` (Unix seconds) that are told to `close` under the name `closes` are this stream's from now on. */
  follow(stream: string, closes: string, after: number): void {
    this.#rows.follow(stream, closes, after)
  }

  /** The stream ends, and keeps the last candle that it has seen. */
  unfollow(stream: string): void {
    this.#rows.follow(stream, null, null)
  }

  /** All streams that follow `closes` are done with the candle that opened at `start`. */
  close(closes: string, start: number): void {
    this.#rows.close(closes, start)
  }

  /** Its candle is then seen as well. Null if this decision has its signal already. */
  sign(input: SignalInput): SignedSignal | null {
    const { strategy, start, decision } = input
    const row = this.#row(strategy.name)
    // A stream's candles come in order: there can be a signal for those alone that it has seen.
    if (start <= (row.lastCandle ?? -1) && this.#has(decisionId(strategy, start, decision.kind)))
      return null
    return this.#sign(row, (position) => signalClaims(input, position))
  }

  /** Null if an intent of this `jti` has its signal already, whatever its kind. */
  signIntent(input: IntentInput): SignedSignal | null {
    const { sub, jti } = input.intent
    if (this.#has(intentId(sub, jti, 'entry')) || this.#has(intentId(sub, jti, 'exit'))) return null
    return this.#sign(this.#row(sub), (position) => signalOfIntent(input, position))
  }

  #row(name: string): Row {
    const row = this.#rows.now(name)
    if (row === null) throw new RangeError(`no stream "${name}"`)
    return row
  }

  #sign(before: Row, claimsAt: (position: StreamPosition) => Signal): SignedSignal {
    const { plan, seq: last, hash: prev } = before
    const claims = claimsAt({ plan, seq: last + 1, prev })
    const { sub: stream, seq, jti, exp } = claims
    const { start } = claims.candle
    const token = sign('signal', claims, this.#signer.key)
    const hash = hashText(token)
    this.#rows.change({ ...before, seq, hash, ...levelAfter(before, claims), lastCandle: start })
    const signal = { stream, plan, seq, jti, token, exp }
    this.#uncommitted.push(signal)
    return signal
  }

  /** A signal waits for the commit, or so much else that it would take long. */
  get isPressing(): boolean {
    return this.#uncommitted.length > 0 || this.#rows.changes > MANY_ROWS
  }

  /** All that changed since the last one, in one transaction. Throws, and stores nothing, under a lock. */
  commit(): Committed {
    const failed = new Map<string, unknown>()
    if (!this.#rows.hasChanged) return { signals: [], failed }
    try {
      this.#store()
    } catch (error) {
      if (isBusy(error)) throw error
      this.#storeEach(failed)
    }
    this.#rows.committed(failed)
    const signals = this.#uncommitted.filter(({ stream }) => !failed.has(stream))
    this.#uncommitted = []
    return { signals, failed }
  }

  #store(): void {
    transaction(this.#database, () => {
      this.#rows.settle()
      for (const name of this.#rows.changed()) this.#rows.store(name)
      for (const signal of this.#uncommitted) this.#insert(signal)
      this.#rows.storeCloses()
    })
  }

  /** A stream that cannot be stored does not affect the others. */
  #storeEach(failed: Map<string, unknown>): void {
    const uncommitted = Map.groupBy(this.#uncommitted, ({ stream }) => stream)
    const names = this.#rows.changed()
    try {
      transaction(this.#database, () => {
        this.#rows.settle()
        for (const name of names) this.#storeOne(name, uncommitted.get(name) ?? [], failed)
        this.#rows.storeCloses()
      })
    } catch (error) {
      if (isBusy(error)) throw error
      for (const name of names) failed.set(name, error)
    }
  }

  #storeOne(name: string, signals: readonly SignedSignal[], failed: Map<string, unknown>): void {
    this.#database.exec('SAVEPOINT one')
    try {
      this.#rows.store(name)
      for (const signal of signals) this.#insert(signal)
    } catch (error) {
      failed.set(name, error)
      if (!this.#database.isTransaction) throw error
      this.#database.exec('ROLLBACK TO one')
    }
    this.#database.exec('RELEASE one')
  }

  #insert({ stream, seq, jti, token, exp }: SignedSignal): void {
    const insert = `INSERT INTO signals VALUES (?, ?, ?, ?, ?, 'unsent')`
    this.#sql.run(insert, stream, seq, jti, token, exp)
  }

  /** Marks signals as missed, in one transaction: kept, but never sent. */
  markMissed(jtis: Iterable<string>): void {
    this.#mark(jtis, 'missed')
  }

  /** In one transaction. */
  markSent(jtis: Iterable<string>): void {
    this.#mark(jtis, 'sent')
  }

  #mark(jtis: Iterable<string>, state: 'sent' | 'missed'): void {
    transaction(this.#database, () => {
      for (const jti of jtis)
        this.#sql.run('UPDATE signals SET state = ? WHERE jti = ?', state, jti)
    })
  }

  /** In the order in which they must be sent. */
  unsent(): SignedSignal[] {
    return this.#sql
      .all(`SELECT ${SIGNED} FROM signals WHERE state = 'unsent' ORDER BY stream, seq`)
      .map((row) => signedRow.parse(row))
  }

  /** The tokens of a stream after a number, oldest first, at most `most`. */
  signalsAfter(stream: string, after: number, most: number): string[] {
    return this.#sql
      .all(
        'SELECT token FROM signals WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ?',
        stream,
        after,
        most,
      )
      .map((row) => z.string().parse(row['token']))
  }

  /** The newest ones of a stream that are committed, oldest first. */
  lastSignals(stream: string, most: number): Signal[] {
    const newest = 'SELECT token FROM signals WHERE stream = ? ORDER BY seq DESC LIMIT ?'
    return this.#sql
      .all(newest, stream, most)
      .map((row) => claimsOf(tokenRow.parse(row).token))
      .reverse()
  }

  /** What a stream's position came of: its last exit alone, or its entries and moved stops since that one; none before the first. */
  positionSignals(stream: string): Signal[] {
    const since: Signal[] = []
    for (const token of this.#newest(stream)) {
      const claims = claimsOf(token)
      if (leavesAll(claims)) return since.length > 0 ? since : [claims]
      if (claims.kind !== 'exit') since.unshift(claims)
    }
    return since
  }

  /** Tokens, those not yet committed first. */
  *#newest(stream: string): Generator<string> {
    for (const signal of this.#uncommitted.toReversed())
      if (signal.stream === stream) yield signal.token
    const newest = 'SELECT token FROM signals WHERE stream = ? ORDER BY seq DESC LIMIT ?'
    for (const row of this.#sql.each(newest, stream, MAX_SIGNALS)) yield tokenRow.parse(row).token
  }

  #has(jti: string): boolean {
    if (this.#uncommitted.some((signal) => signal.jti === jti)) return true
    return this.#sql.get('SELECT 1 FROM signals WHERE jti = ?', jti) !== undefined
  }
}

/** The position that a head names from now on. An exit of a part leaves it `long`: `flat` would have everything sold. */
function levelAfter(
  { position, since }: Pick<StreamRow, 'position' | 'since'>,
  signal: Pick<Signal, 'kind' | 'size' | 'seq'>,
): Pick<StreamRow, 'position' | 'since'> {
  const { kind, seq } = signal
  if (kind === 'entry') return { position: 'long', since: seq }
  return leavesAll(signal) ? { position: 'flat', since: seq } : { position, since }
}

function leavesAll({ kind, size: { unit, value } }: Pick<Signal, 'kind' | 'size'>): boolean {
  return kind === 'exit' && unit === 'percent' && Number(value) >= 100
}
