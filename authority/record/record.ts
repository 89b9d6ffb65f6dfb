// Who was invited, who subscribes, and whose access ended. One SQLite file, shared by the running authority and commands.
import type { DatabaseSync } from 'node:sqlite'
import { openDatabase, STEP_BUSY_TIMEOUT_MS, transaction } from '@keyside/runtime'
import {
  type Invitation,
  invitationRow,
  type PublishedKeyset,
  publishedRow,
  refusedRow,
  type Subscriber,
  subscriberRow,
} from './rows.ts'
import { SCHEMA } from './schema.ts'

const INVITATION = `
  SELECT id, client, plans, until, connect_hash AS connectHash, enroll_key AS enrollKey, made, expires, state, kid,
    used, others
  FROM invitations
`

/** One millisecond later, so that a token issued in the same millisecond is refused as well. */
const TICK = 0.001

export type NewInvitation = Omit<Invitation, 'state' | 'kid' | 'used' | 'others'>
export type NewSubscriber = Omit<Subscriber, 'presence' | 'seen' | 'removed'>

/** Access tokens of `client` that were issued before that moment, Unix seconds, are refused. */
export interface Refusal {
  readonly client: string
  readonly before: number
}

export class AuthorityRecord {
  readonly #database: DatabaseSync

  /** `path` may be `:memory:`. `busyMs` is how long a step waits for another program. Throws `database_busy`. */
  constructor(path: string, busyMs = STEP_BUSY_TIMEOUT_MS) {
    this.#database = openDatabase(path, SCHEMA)
    this.#database.exec(`PRAGMA busy_timeout = ${busyMs}`)
  }

  close(): void {
    this.#database.close()
  }

  /** Runs `work` as one transaction: no other program comes between. */
  atomic<T>(work: () => T): T {
    return transaction(this.#database, work)
  }

  /** Replaces an unused one for the same client. */
  invite(invitation: NewInvitation): void {
    const { id, client, plans, until, connectHash, enrollKey, made, expires } = invitation
    this.atomic(() => {
      this.#withdraw(client)
      this.#run(
        `INSERT INTO invitations VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open', NULL, NULL, 0)`,
        ...[id, client, JSON.stringify(plans), until, connectHash, enrollKey, made, expires],
      )
    })
  }

  invitation(id: string): Invitation | null {
    const row = this.#database.prepare(`${INVITATION} WHERE id = ?`).get(id)
    return row === undefined ? null : invitationRow.parse(row)
  }

  invitations(): Invitation[] {
    const rows = this.#database.prepare(`${INVITATION} ORDER BY made`).all()
    return rows.map((row) => invitationRow.parse(row))
  }

  /** Counts another key that came with a used invitation. */
  countOther(id: string): void {
    this.#run('UPDATE invitations SET others = others + 1 WHERE id = ?', id)
  }

  /** Marks the invitation as used. Only within `atomic`, after it was found unused there. */
  enrol(subscriber: NewSubscriber, kid: string): void {
    const { client, invitation, key, plans, until, invited, enrolled } = subscriber
    const { terms, versions, access, issued } = subscriber
    this.#run(
      `UPDATE invitations SET state = 'used', kid = ?, used = ? WHERE id = ?`,
      ...[kid, enrolled, invitation],
    )
    this.#run(
      `INSERT OR REPLACE INTO subscribers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'offline', NULL, NULL)`,
      ...[client, invitation, key, JSON.stringify(plans), until, invited, enrolled],
      ...[JSON.stringify(terms), JSON.stringify(versions), access, issued],
    )
  }

  subscriber(client: string): Subscriber | null {
    const row = this.#database.prepare('SELECT * FROM subscribers WHERE client = ?').get(client)
    return row === undefined ? null : subscriberRow.parse(row)
  }

  subscribers(): Subscriber[] {
    const rows = this.#database.prepare('SELECT * FROM subscribers ORDER BY client').all()
    return rows.map((row) => subscriberRow.parse(row))
  }

  /** Shuts out every token that it has, and withdraws what invites it. */
  remove(client: string, now: number): void {
    this.atomic(() => {
      const issued = this.subscriber(client)?.issued ?? now
      // The broker does not report when the connection ends, so the time of the last message is kept.
      this.#run(
        "UPDATE subscribers SET seen = ? WHERE client = ? AND presence = 'online' AND removed IS NULL",
        ...[now, client],
      )
      this.#run(
        "UPDATE subscribers SET removed = ?, presence = 'offline' WHERE client = ?",
        ...[now, client],
      )
      this.#withdraw(client)
      this.#run(
        'INSERT OR REPLACE INTO refused VALUES (?, ?)',
        ...[client, Math.max(now, issued) + TICK],
      )
    })
  }

  /** Sets the end of a subscription. */
  renew(client: string, until: number): void {
    this.#run('UPDATE subscribers SET until = ? WHERE client = ?', until, client)
  }

  issued(client: string, iat: number): void {
    this.#run('UPDATE subscribers SET issued = ? WHERE client = ?', iat, client)
  }

  /** Tokens of the client issued before this are refused; 0 where none was shut out. */
  refusedBefore(client: string): number {
    const row = this.#database.prepare('SELECT * FROM refused WHERE client = ?').get(client)
    return row === undefined ? 0 : refusedRow.parse(row).before
  }

  refusals(): Refusal[] {
    const rows = this.#database.prepare('SELECT * FROM refused ORDER BY client').all()
    return rows.map((row) => refusedRow.parse(row))
  }

  /** Forgets shut-outs older than any token can be, and invitations that ended long ago. Unix seconds. */
  prune({ refusedBefore, expiredBefore }: { refusedBefore: number; expiredBefore: number }): void {
    this.#run('DELETE FROM refused WHERE before < ?', refusedBefore)
    this.#run('DELETE FROM invitations WHERE expires < ?', expiredBefore)
  }

  /** Stores the signs of life since the last call, in one commit. */
  seen(signs: readonly Pick<Subscriber, 'client' | 'presence' | 'seen' | 'versions'>[]): void {
    this.atomic(() => {
      for (const { client, presence, seen, versions } of signs)
        this.#run(
          'UPDATE subscribers SET presence = ?, seen = ?, versions = ? WHERE client = ?',
          ...[presence, seen, JSON.stringify(versions), client],
        )
    })
  }

  /** The connection to the broker is lost: which subscribers are connected is not known. */
  allOffline(): void {
    this.#run(`UPDATE subscribers SET presence = 'offline'`)
  }

  published(): PublishedKeyset | null {
    const row = this.#database.prepare('SELECT version, kids, plans FROM published').get()
    return row === undefined ? null : publishedRow.parse(row)
  }

  markPublished({ version, kids, plans }: PublishedKeyset): void {
    this.#run(
      'INSERT OR REPLACE INTO published VALUES (1, ?, ?, ?)',
      ...[version, JSON.stringify(kids), JSON.stringify(plans)],
    )
  }

  #withdraw(client: string): void {
    this.#run(
      `UPDATE invitations SET state = 'withdrawn' WHERE client = ? AND state = 'open'`,
      client,
    )
  }

  #run(text: string, ...values: readonly (string | number | null)[]): void {
    this.#database.prepare(text).run(...values)
  }
}
