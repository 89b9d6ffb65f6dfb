// Caches prepared statements by their text, so that a signal does not wait for SQLite to compile one.
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite'

type Row = Record<string, SQLOutputValue>

export class Statements {
  readonly #database: DatabaseSync
  readonly #prepared = new Map<string, StatementSync>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  run(text: string, ...values: SQLInputValue[]): void {
    this.#of(text).run(...values)
  }

  get(text: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#of(text).get(...values)
  }

  all(text: string, ...values: SQLInputValue[]): Row[] {
    return this.#of(text).all(...values)
  }

  /** Reads a row when it is asked for. */
  each(text: string, ...values: SQLInputValue[]): Iterable<Row> {
    return this.#of(text).iterate(...values)
  }

  #of(text: string): StatementSync {
    const statement = this.#prepared.get(text) ?? this.#database.prepare(text)
    this.#prepared.set(text, statement)
    return statement
  }
}
