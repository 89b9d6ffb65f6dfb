// The last moment at which an approved entry may still be sent.
import type { Policy } from './schema.ts'

/** Unix ms. The engine sets `validUntil`; the policy caps it. NaN where the input is not a time. */
export function deadline(
  { signedAt, validUntil }: { readonly signedAt: number; readonly validUntil: number },
  { approvalTimeoutMs }: Pick<Policy, 'approvalTimeoutMs'>,
): number {
  return Math.min(validUntil, signedAt + approvalTimeoutMs)
}
