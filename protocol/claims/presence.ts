// Presence: a program is here, or (as its MQTT will) gone.
import { z } from 'zod'
import { digest, id, jti, registered } from './common.ts'

export const presence = z.strictObject({
  ...registered,
  /** Whose broker this is: the provider, or HOME. */
  aud: id,
  /** The client. */
  sub: id,
  state: z.enum(['online', 'offline']),
  /** Last report number, so that a reader knows what it missed. Executors only. */
  reports: z.int().min(0).optional(),
  /** Names the run of the program: another one each time it starts. Executors only. */
  session: jti.optional(),
  /** Names the journal that numbers the reports: a new one begins at 1 again. Executors only. */
  journal: digest.optional(),
})

export type Presence = z.infer<typeof presence>
