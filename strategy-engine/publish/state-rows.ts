// What the strategies of a market remember, as it was stored last: a start goes on from there.
import { hash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { transaction } from '@keyside/runtime'
import { z } from 'zod'
import { Statements } from './statements.ts'

/** `head` is JSON, `numbers` are what it describes. */
export interface StoredState {
  readonly head: string
  readonly numbers: Float64Array
}

const rowSchema = z.object({
  version: z.string(),
  head: z.string(),
  numbers: z.instanceof(Uint8Array),
  digest: z.string(),
})

export class StateRows {
  readonly #database: DatabaseSync
  readonly #sql: Statements
  readonly #version: string

  /** `version` is that of the code to which the numbers mean something. */
  constructor(database: DatabaseSync, version: string) {
    this.#database = database
    this.#sql = new Statements(database)
    this.#version = version
  }

  /** Null where there is none; otherwise why it cannot be used. */
  read(market: string): StoredState | 'other_version' | 'damaged' | null {
    const found = this.#sql.get('SELECT * FROM states WHERE market = ?', market)
    if (found === undefined) return null
    const row = rowSchema.safeParse(found)
    if (!row.success) return 'damaged'
    const { version, head, numbers, digest } = row.data
    if (digest !== digestOf(market, version, head, numbers)) return 'damaged'
    if (version !== this.#version) return 'other_version'
    if (numbers.byteLength % 8 !== 0) return 'damaged'
    return { head, numbers: new Float64Array(Uint8Array.from(numbers).buffer) }
  }

  /** In one transaction, each in place of the one before. Throws under a lock. */
  store(states: ReadonlyMap<string, StoredState>): void {
    transaction(this.#database, () => this.#insert(states))
  }

  /** As `store`; of other markets nothing stays. */
  storeAll(states: ReadonlyMap<string, StoredState>): void {
    transaction(this.#database, () => {
      this.#sql.run('DELETE FROM states')
      this.#insert(states)
    })
  }

  #insert(states: ReadonlyMap<string, StoredState>): void {
    const insert = 'INSERT OR REPLACE INTO states VALUES (?, ?, ?, ?, ?)'
    for (const [market, { head, numbers }] of states) {
      const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
      const digest = digestOf(market, this.#version, head, bytes)
      this.#sql.run(insert, market, this.#version, head, bytes, digest)
    }
  }
}

function digestOf(market: string, version: string, head: string, numbers: Uint8Array): string {
  const name = hash('sha256', JSON.stringify([market, version, head]), 'buffer')
  return hash('sha256', Buffer.concat([name, numbers]), 'base64url')
}
