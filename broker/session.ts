// Sessions: what each connection may do, and until when.
import type { Client } from 'aedes'
import type { AccessList, Invitation } from './access-list.ts'
import type { Acl } from './acl.ts'

/** The token or invitation that let the client in, which the access list can withdraw. */
type Grant =
  | { readonly type: 'token'; readonly iat: number }
  | { readonly type: 'invitation'; readonly invitation: Invitation }

export interface Rights {
  readonly client: string
  readonly acl: Acl
  /** Seconds since 1970. */
  readonly expires: number
  readonly grant: Grant
}

export interface Session extends Rights {
  /** Filters asked for so far, each once. */
  readonly subscriptions: string[]
}

export function newSession({ client, acl, expires, grant }: Rights): Session {
  const shared = { publish: acl.publish.map(sharedText), subscribe: acl.subscribe.map(sharedText) }
  return { client, acl: shared, expires, grant, subscriptions: [] }
}

/** V8 keeps one copy of a property name, and thousands of tokens name the same topics. */
function sharedText(text: string): string {
  return Object.keys({ [text]: 0 })[0] ?? text
}

function isTakenBack({ client, grant }: Session, list: AccessList): boolean {
  return grant.type === 'token'
    ? list.refuses(client, grant.iat)
    : !list.stillInvites(grant.invitation)
}

/** `now` is in seconds since 1970 throughout. */
export class Sessions {
  readonly #byClient = new Map<Client, Session>()
  readonly #byId = new Map<string, Client>()

  begin(client: Client, session: Session): void {
    this.#byClient.set(client, session)
    this.#byId.set(session.client, client)
  }

  /** The open connection of the client id `id`. */
  connectedClient(id: string): Client | null {
    const client = this.#byId.get(id)
    return client === undefined || client.closed ? null : client
  }

  /** The session, or null when there is none or its token expired. */
  valid(client: Client | null, now: number): Session | null {
    const session = client && this.#byClient.get(client)
    if (!session) return null
    // When expiry closes the connection, the will is still published: it was allowed at CONNECT.
    return now < session.expires || client.closed ? session : null
  }

  /** Closes connections whose token expired, and forgets closed ones. Returns the clients it closed. */
  sweep(now: number): string[] {
    const expired: string[] = []
    for (const [client, session] of this.#byClient) {
      if (client.closed) this.#forget(client, session)
      else if (now >= session.expires) {
        expired.push(session.client)
        client.close()
      }
    }
    return expired
  }

  /** Closes connections that `list` takes back. Returns the clients it closed. */
  enforce(list: AccessList): string[] {
    const closed: string[] = []
    for (const [client, session] of this.#byClient) {
      if (client.closed || !isTakenBack(session, list)) continue
      closed.push(session.client)
      client.close()
    }
    return closed
  }

  #forget(client: Client, { client: id }: Session): void {
    this.#byClient.delete(client)
    if (this.#byId.get(id) === client) this.#byId.delete(id)
  }
}
