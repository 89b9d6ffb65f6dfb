// Registers an authenticated client: within the limits, and one connection per client id.
import type { Client } from 'aedes'
import type { ConnectResult } from './authenticate.ts'
import type { RefusalCode } from './codes.ts'
import type { Connections } from './connections.ts'
import type { Refusals } from './refusals.ts'
import type { Session, Sessions } from './session.ts'
import type { TakeOvers } from './take-overs.ts'

export interface ConnectionParts {
  readonly sessions: Sessions
  readonly connections: Connections
  readonly takeOvers: TakeOvers
  readonly refusals: Refusals
}

/** `now` in Unix ms. Refuses with return code 3 (not now), because limits free up again. */
export function registerClient(
  parts: ConnectionParts,
  client: Client,
  session: Session,
  now: number,
): ConnectResult {
  const { sessions, connections, takeOvers, refusals } = parts
  const name = session.client
  const current = sessions.connectedClient(name)
  if (current !== null && !takeOvers.allow(name, now))
    return refuse(
      'client_take_overs_full',
      `"${name}" was taken over too often in a minute: the present connection stays; another program uses its token`,
    )
  const full = connections.accept(client.conn, current?.conn ?? null, isProviders(session))
  if (full !== null) return refuse(full, 'as many clients are connected as broker.limits allow')
  if (current !== null)
    refusals.add({
      code: 'client_taken_over',
      message: `"${name}" connected again, and its old connection was closed: if this comes again and again, another program uses the same name and token`,
      client: name,
    })
  sessions.begin(client, session)
  return { ok: true, session }
}

/** Only the provider's own programs may publish to more than one topic of a kind. */
function isProviders({ acl }: Session): boolean {
  return acl.publish.some((filter) => /[+#]/.test(filter))
}

function refuse(code: RefusalCode, message: string): ConnectResult {
  return { ok: false, code, message, returnCode: 3 }
}
