// What is unwise about an exchange key, though it may be used.
import type { KeyRights } from './core/model/exchange.ts'

const DAY_MS = 86_400_000
/** A key that leaked long ago is worth nothing once it has been replaced. */
const OLD_DAYS = 90
const SOON_DAYS = 14

export type KeyWarning = 'key_without_ip_list' | 'key_old' | 'key_expires' | 'key_unchecked'

/** `now` in Unix ms. A right that the exchange does not tell is said to be so, never taken for a no. */
export function keyWarnings(rights: KeyRights, now: number): readonly KeyWarning[] {
  const { withdraw, transfer, ipList, created, expires } = rights
  const old = created !== undefined && now - created > OLD_DAYS * DAY_MS
  const expiring = expires !== undefined && expires - now <= SOON_DAYS * DAY_MS
  const unchecked = [withdraw, transfer, ipList].includes('unknown') || created === undefined
  return [
    ...(ipList === 'no' ? (['key_without_ip_list'] as const) : []),
    ...(old ? (['key_old'] as const) : []),
    ...(expiring ? (['key_expires'] as const) : []),
    ...(unchecked ? (['key_unchecked'] as const) : []),
  ]
}
