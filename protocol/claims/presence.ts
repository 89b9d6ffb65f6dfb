// Presence: a program is here, or (as its MQTT will) gone.
import { z } from 'zod'
import { digest, HOME, id, jti, registered, versions } from './common.ts'

const shape = z.strictObject({
  ...registered,
  /** Whose broker this is: the provider, or HOME. */
  aud: id,
  /** The client. */
  sub: id,
  state: z.enum(['online', 'offline']),
  /** The versions of the wire that it speaks. */
  versions,
  /** Last report number, so that a reader knows what it missed. Executors only. */
  reports: z.int().min(0).optional(),
  /** Names the run of the program: another one each time it starts. Executors only. */
  session: jti.optional(),
  /** Names the journal that numbers the reports: a new one begins at 1 again. Executors only. */
  journal: digest.optional(),
})

export const presence = shape.refine(
  ({ aud, reports, session, journal }) =>
    aud === HOME || [reports, session, journal].every((claim) => claim === undefined),
  'expected state and versions alone, but for the home broker',
)

export type Presence = z.infer<typeof presence>
