// Settings of the policy on the wire: what the chat may lower, what it asks the device for, and what a change would be.
import { z } from 'zod'
import { currency, singleLine } from './common.ts'

/** As policy.yaml names it: `limits.day`, `streams.home/ema-cross.allocation`. */
const setting = z
  .string()
  .max(100)
  .regex(/^[a-z_]+(?:\.[A-Za-z0-9_:/-]+)*$/, 'expected a setting such as "limits.day"')
/** As policy.yaml writes it: `500`, `0.3 %`, `above 200`. */
const value = singleLine.min(1).max(32)
const step = z.enum(['preview', 'apply'])

/** Of the policy in force; `preview` changes nothing. `from`: what it was when the trader said yes. */
export const tighten = z.strictObject({
  do: z.literal('tighten'),
  setting,
  to: value,
  step,
  from: value.optional(),
})

/** What would allow more: it waits for somebody at the device. */
export const requestLoosening = z.strictObject({
  do: z.literal('request_loosening'),
  setting,
  to: value,
  step,
})

export const policyAnswer = z.strictObject({
  about: z.literal('policy'),
  currency,
  /** What the chat may lower; `accepted`: what the device accepted, where the chat has lowered it. */
  rows: z.array(z.strictObject({ setting, to: value, accepted: value.optional() })).max(60),
  /** How many are left out. */
  more: z.int().min(1).optional(),
  /** What would allow more and waits at the device. */
  requests: z.array(z.strictObject({ number: z.int().min(1), setting, to: value })).max(10),
})

/** To `tighten` and `request_loosening`: what it would change (`preview`), or has changed or left at the device (`apply`). */
export const changeAnswer = z.strictObject({
  about: z.literal('change'),
  setting,
  to: value,
  step,
  effect: z.enum(['tightens', 'loosens']),
  /** What the setting is before; absent for none. */
  from: value.optional(),
  /** With units, as a person reads them; `from` or `to` is absent where there was, or will be, no such setting. */
  changes: z
    .array(
      z.strictObject({
        setting,
        from: singleLine.max(80).optional(),
        to: singleLine.max(80).optional(),
      }),
    )
    .max(12),
  /** What it would do at once besides. */
  note: singleLine.optional(),
  /** Its number at the device. */
  request: z.int().min(1).optional(),
})
