// What is unwise about an exchange key, though it may be used.
import type { KeyRights } from './exchange.ts'

const DAY_MS = 86_400_000
/** A key that leaked long ago is worth nothing once it has been replaced. Days. */
export const OLD_DAYS = 90
/** Days: time enough to make another key before anything stops. */
const SOON_DAYS = 14

/** When its age is told, days: with a month to spare, ten days before, and when it is too old. */
export const AGE_DAYS = [60, 80, OLD_DAYS] as const
/** When its end is told, days before. */
export const END_DAYS = [SOON_DAYS, 3, 1] as const

export type KeyWarning = 'key_without_ip_list' | 'key_old' | 'key_expires' | 'key_unchecked'

/** `now` in Unix ms. A right that the exchange does not tell is said to be so, never taken for a no. */
export function keyWarnings(rights: KeyRights, now: number): readonly KeyWarning[] {
  const { withdraw, transfer, ipList, created } = rights
  const old = ageInDays(rights, now) > OLD_DAYS
  const expiring = daysLeft(rights, now) <= SOON_DAYS
  const unchecked = [withdraw, transfer, ipList].includes('unknown') || created === undefined
  return [
    ...(ipList === 'no' ? (['key_without_ip_list'] as const) : []),
    ...(old ? (['key_old'] as const) : []),
    ...(expiring ? (['key_expires'] as const) : []),
    ...(unchecked ? (['key_unchecked'] as const) : []),
  ]
}

/** 0 for a key whose age nobody tells. `now` in Unix ms. */
export function ageInDays({ created }: KeyRights, now: number): number {
  return created === undefined ? 0 : (now - created) / DAY_MS
}

/** Infinity for a key that does not end. `now` in Unix ms. */
export function daysLeft({ expires }: KeyRights, now: number): number {
  return expires === undefined ? Number.POSITIVE_INFINITY : (expires - now) / DAY_MS
}

export function canTakeAway({
  withdraw,
  transfer,
}: Pick<KeyRights, 'withdraw' | 'transfer'>): boolean {
  return withdraw === 'yes' || transfer === 'yes'
}
