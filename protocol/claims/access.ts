// Access: who may connect to a broker, and the topics this client may use there. Sent as the MQTT password.
import { z } from 'zod'
import { id, registered } from './common.ts'

const filters = z.array(z.string().min(1).max(256)).max(32)

export const access = z.strictObject({
  ...registered,
  /** The MQTT client id and user name. */
  sub: id,
  /** Topic filters of MQTT 3.1.1 section 4.7. */
  acl: z.strictObject({ publish: filters, subscribe: filters }),
})

export type Access = z.infer<typeof access>
