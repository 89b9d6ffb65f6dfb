// The chain: each event's hash covers the one before it, so nothing can be changed or taken out unseen.
import { hash as digest } from 'node:crypto'
import { GENESIS } from '@keyside/protocol'

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
  return digest('sha256', JSON.stringify([prev_hash, seq, at, type, order_id, body]), 'base64url')
}

export type Link = Pick<Row, 'seq' | 'hash'>

export const BEFORE_THE_FIRST: Link = { seq: 0, hash: GENESIS }

export function follows(row: Row, before: Link): boolean {
  return row.seq === before.seq + 1 && row.prev_hash === before.hash && row.hash === linkHash(row)
}
