// Signals a second through verification, decision and journal on one core, beside the floor that this machine sets.
import { createPublicKey, verify } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { ReportEvent } from '@keyside/protocol'
import { HOME, sign, signalTopic } from '@keyside/protocol'
import { publicKey, signingKey } from '@keyside/protocol/node'
import type { Input } from '../executor/core/execution/inputs.ts'
import type { JournalEvent } from '../executor/core/model/events.ts'
import { Journal, type OutboxReport } from '../executor/journal/journal.ts'
import { engineKeyring, verifyFromProvider } from '../executor/providers/verify-message.ts'
import { type Device, startDevice } from './decide-device.ts'
import { type Sample, summary } from './decide-summary.ts'
import type { BenchOptions, Result } from './result.ts'
import { SignalSource, STREAM } from './signal-source.ts'

/** Signals before the first that counts: compilers warm up. */
const WARM_UP = 200
/** Between two signals: what the first one set off is over, its stop is at the exchange or gone. */
const STEP_MS = 10_000
const TOPIC = signalTopic(HOME, STREAM)

const engine = signingKey(new Uint8Array(32).fill(1))

export async function decideBench({ signals, note }: BenchOptions): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-bench-'))
  note(`both databases are in ${folder}`)
  const journal = new TimedJournal(join(folder, 'journal.db'))
  const floor = openFloor(join(folder, 'floor.db'))
  try {
    const samples: Sample[] = []
    const round = rounds(startDevice(journal), journal, floor)
    for (let i = 0; i < WARM_UP; i += 1) await round()
    for (let i = 0; i < signals; i += 1) {
      samples.push(await round())
      if ((i + 1) % 1_000 === 0) note(`${i + 1} of ${signals} signals`)
    }
    return summary(samples)
  } finally {
    journal.close()
    floor.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The journal, with the time of its last commit. */
class TimedJournal extends Journal {
  ms = 0

  override append(
    events: readonly JournalEvent[],
    reports: readonly ReportEvent[],
    at: number,
  ): readonly OutboxReport[] {
    const begun = performance.now()
    const written = super.append(events, reports, at)
    this.ms = performance.now() - begun
    return written
  }
}

/** One entry or one exit, and the floor with its bytes right after it: whatever else this machine does meets both. */
function rounds(device: Device, journal: TimedJournal, floor: Floor): () => Promise<Sample> {
  const source = new SignalSource()
  const provider = { name: HOME, keyring: engineKeyring(HOME, publicKey(engine.publicKey)) }
  const head = () => {
    const claims = source.head(device.clock.now() / 1000)
    device.take({ type: 'head', provider: HOME, kid: engine.kid, claims })
  }
  head()
  return async () => {
    const now = device.clock.now()
    const claims = source.next(now / 1000, 'with')
    const token = sign('signal', claims, engine)
    const before = lastRows(journal)

    const begun = performance.now()
    const input = verifyFromProvider(provider, { topic: TOPIC, token, retained: false, now })
    const opened = performance.now()
    device.take(input)
    const whole = performance.now() - begun

    const verification = opened - begun
    const sample = {
      verification,
      journal: journal.ms,
      decide: whole - verification - journal.ms,
      whole,
    }
    const floors = { verify: floor.verify(token), commit: floor.commit(rowsAfter(journal, before)) }
    source.sent(claims, hashOf(input))
    head()
    await device.advance(STEP_MS)
    return { ...sample, ...floors }
  }
}

function hashOf(input: Input): string {
  if (input.type !== 'signal') throw new Error(`the signal was opened as ${JSON.stringify(input)}`)
  return input.hash
}

interface Last {
  readonly event: number
  readonly report: number
}

function lastRows(journal: Journal): Last {
  const last = (table: string) =>
    Number(journal.database().prepare(`SELECT max(seq) AS seq FROM ${table}`).get()?.['seq'] ?? 0)
  return { event: last('events'), report: last('reports') }
}

/** What the signal's commit has written. */
function rowsAfter(journal: Journal, { event, report }: Last): string[] {
  const rows = (table: string, after: number) =>
    journal.database().prepare(`SELECT * FROM ${table} WHERE seq > ?`).all(after)
  return [...rows('events', event), ...rows('reports', report)].map((row) => JSON.stringify(row))
}

interface Floor {
  /** Both in ms. */
  verify(token: string): number
  commit(rows: readonly string[]): number
  close(): void
}

/** What no signal can do without: one signature checked by OpenSSL, one commit of the same rows as text. */
function openFloor(path: string): Floor {
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: engine.publicKey },
    format: 'jwk',
  })
  const db = new DatabaseSync(path)
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  db.exec('CREATE TABLE rows (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT')
  const insert = db.prepare('INSERT INTO rows (body) VALUES (?)')
  return {
    verify: (token) => {
      const end = token.lastIndexOf('.')
      const signed = Buffer.from(token.slice(0, end))
      const signature = Buffer.from(token.slice(end + 1), 'base64url')
      const begun = performance.now()
      if (!verify(null, signed, key, signature)) throw new Error('the signature does not fit')
      return performance.now() - begun
    },
    commit: (rows) => {
      const begun = performance.now()
      db.exec('BEGIN IMMEDIATE')
      for (const row of rows) insert.run(row)
      db.exec('COMMIT')
      return performance.now() - begun
    },
    close: () => db.close(),
  }
}
