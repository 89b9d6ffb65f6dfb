// Presence: a program is here, or (as its MQTT will) gone.
import { z } from 'zod'
import { id, registered } from './common.ts'

export const presence = z.strictObject({
  ...registered,
  aud: z.literal('everyone'),
  /** The client. */
  sub: id,
  state: z.enum(['online', 'offline']),
  /** Last report number, so that a reader knows what it missed. Executors only. */
  reports: z.int().min(0).optional(),
})

export type Presence = z.infer<typeof presence>
