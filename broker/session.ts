// Who is connected: what each connection may do, and until when.
import type { Client } from 'aedes'
import type { Acl } from './acl.ts'

export interface Session {
  readonly client: string
  readonly acl: Acl
  /** Seconds since 1970. */
  readonly expires: number
  /** Filters asked for so far. */
  readonly filters: Set<string>
}

/** `now` is in seconds since 1970 throughout. */
export class Sessions {
  readonly #byClient = new Map<Client, Session>()

  begin(client: Client, session: Session): void {
    this.#byClient.set(client, session)
  }

  /** Null for no session and for one whose token expired. */
  live(client: Client | null, now: number): Session | null {
    const session = client && this.#byClient.get(client)
    if (!session) return null
    // The will, allowed at CONNECT, still goes out when the expiry itself closes the connection.
    return now < session.expires || client.closed ? session : null
  }

  /** Closes connections whose token expired, and forgets closed ones. Returns the clients it closed. */
  sweep(now: number): string[] {
    const expired: string[] = []
    for (const [client, session] of this.#byClient) {
      if (client.closed) this.#byClient.delete(client)
      else if (now >= session.expires) {
        expired.push(session.client)
        client.close()
      }
    }
    return expired
  }
}
