// The chain: each fact's hash covers the one before it, so nothing can be changed or taken out unseen.
import { hashText } from '@keyside/protocol'

export interface Row {
  readonly seq: number
  readonly at: number
  readonly type: string
  readonly order_id: string | null
  readonly body: string
  readonly prev_hash: string
  readonly hash: string
}

export function linkHash({ seq, at, type, order_id, body, prev_hash }: Omit<Row, 'hash'>): string {
  return hashText(JSON.stringify([prev_hash, seq, at, type, order_id, body]))
}

/** The number of the first row that does not follow from the one before it; null for an unbroken chain. */
export function brokenAt(rows: Iterable<Row>, genesis: string): number | null {
  let prev = { seq: 0, hash: genesis }
  for (const row of rows) {
    const follows = row.seq === prev.seq + 1 && row.prev_hash === prev.hash
    if (!follows || row.hash !== linkHash(row)) return row.seq
    prev = row
  }
  return null
}
