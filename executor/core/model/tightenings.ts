// What the chat has tightened of the policy, and what it has asked the device for.
import type { FactOf } from './events.ts'

/** As policy.yaml would write it. */
interface Tightening {
  readonly to: string
  /** From 1, in the order in which they were made. */
  readonly number: number
}

export interface Tightenings {
  /** Number of the last one, ever. */
  readonly last: number
  /** By the setting's name; of several the newest, which is the tightest. */
  readonly settings: Readonly<Record<string, Tightening>>
}

/** A wish that allows more: it waits for somebody at the device. */
export interface Wish {
  readonly setting: string
  readonly to: string
  /** Unix ms. */
  readonly at: number
  readonly by: string
}

export interface Wishes {
  readonly last: number
  /** By number; those that wait, one for each setting. */
  readonly waiting: Readonly<Record<string, Wish>>
}

export const NO_TIGHTENINGS: Tightenings = { last: 0, settings: {} }
export const NO_WISHES: Wishes = { last: 0, waiting: {} }

export function applyTightened(
  { settings }: Tightenings,
  { setting, to, number }: FactOf<'tightened'>,
): Tightenings {
  return { last: number, settings: { ...settings, [setting]: { to, number } } }
}

export function applyWished(
  { waiting }: Wishes,
  { number, setting, to, at, by }: FactOf<'wished'>,
): Wishes {
  const others = Object.entries(waiting).filter(([, one]) => one.setting !== setting)
  return {
    last: number,
    waiting: { ...Object.fromEntries(others), [number]: { setting, to, at, by } },
  }
}

export function applyWishEnded(wishes: Wishes, { number }: FactOf<'wish_ended'>): Wishes {
  const { [number]: _, ...waiting } = wishes.waiting
  return { ...wishes, waiting }
}
