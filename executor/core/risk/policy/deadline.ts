// The last moment at which an approved entry may still be sent.
import type { Policy } from './schema.ts'

/** Unix ms. The engine sets `until`; the trader's own patience caps it. NaN where the input is not a time. */
export function deadline(
  { signedAt, until }: { readonly signedAt: number; readonly until: number },
  { approvalWithinMs }: Pick<Policy, 'approvalWithinMs'>,
): number {
  return Math.min(until, signedAt + approvalWithinMs)
}
