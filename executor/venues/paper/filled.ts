// How many orders of a paper account were filled, for whoever looks on while the executor has it open.
import { DatabaseSync } from 'node:sqlite'

/** At least in part. Throws where there is no such account at that path. */
export function filledOnPaper(path: string): number {
  using database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
  const row = database
    .prepare(
      `SELECT count(*) AS n FROM orders WHERE CAST(json_extract(body, '$.filled') AS REAL) > 0`,
    )
    .get()
  return Number(row?.['n'] ?? 0)
}
