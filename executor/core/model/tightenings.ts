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

/** A setting that allows more: it waits for somebody at the device. */
export interface LooseningRequest {
  readonly setting: string
  readonly to: string
  /** Unix ms. */
  readonly at: number
  readonly by: string
}

export interface LooseningRequests {
  readonly last: number
  /** By number; those that wait, one for each setting. */
  readonly waiting: Readonly<Record<string, LooseningRequest>>
}

export const NO_TIGHTENINGS: Tightenings = { last: 0, settings: {} }
export const NO_LOOSENING_REQUESTS: LooseningRequests = { last: 0, waiting: {} }

export function applyTightened(
  { settings }: Tightenings,
  { setting, to, number }: FactOf<'tightened'>,
): Tightenings {
  return { last: number, settings: { ...settings, [setting]: { to, number } } }
}

export function applyLooseningRequested(
  { waiting }: LooseningRequests,
  { number, setting, to, at, by }: FactOf<'loosening_requested'>,
): LooseningRequests {
  const others = Object.entries(waiting).filter(([, one]) => one.setting !== setting)
  return {
    last: number,
    waiting: { ...Object.fromEntries(others), [number]: { setting, to, at, by } },
  }
}

export function applyLooseningEnded(
  requests: LooseningRequests,
  { number }: FactOf<'loosening_ended'>,
): LooseningRequests {
  const { [number]: _, ...waiting } = requests.waiting
  return { ...requests, waiting }
}
