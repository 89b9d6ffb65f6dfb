// The access list: who is invited, and whose access tokens no longer count. The authority writes it, the broker follows.
import { timingSafeEqual } from 'node:crypto'
import { digest, hashText, id, numericDate } from '@keyside/protocol'
import { FollowedFiles, KeysideError, type Look, readSecret, reasonOf } from '@keyside/runtime'
import { z } from 'zod'

const invitation = z.strictObject({
  id,
  provider: id,
  /** `hashText` of the password that is derived from the invitation's secret. */
  hash: digest,
  /** Seconds since 1970. */
  until: numericDate,
})

const refusedClient = z.strictObject({
  client: id,
  /** Tokens issued before this are refused, seconds since 1970. */
  before: numericDate,
})

const accessListFile = z
  .strictObject({
    invitations: z.array(invitation).max(10_000),
    refused: z.array(refusedClient).max(100_000),
  })
  .refine(
    ({ invitations, refused }) =>
      isUnique(invitations.map((one) => one.id)) && isUnique(refused.map((one) => one.client)),
    'an invitation or a client is listed twice',
  )

export type Invitation = Readonly<z.infer<typeof invitation>>

interface Lists {
  readonly invitations: ReadonlyMap<string, Invitation>
  /** By client: its tokens that were issued before this are refused. */
  readonly before: ReadonlyMap<string, number>
}

const NOBODY: Lists = { invitations: new Map(), before: new Map() }
const NO_HASH = 'A'.repeat(43)

export class AccessList {
  readonly #path: string
  readonly #file: FollowedFiles<Lists>

  /**
   * Without a path nobody is invited and nobody refused. Throws `broker_access_list_broken`, also for a file that is not
   * there: there is no earlier list to keep to, and a client that was shut out would be let in.
   */
  constructor(path: string | null) {
    this.#path = path ?? ''
    const read = () => (path === null ? NOBODY : readLists(path))
    try {
      this.#file = new FollowedFiles(path === null ? [] : [path], read)
    } catch (error) {
      throw new KeysideError(
        'broker_access_list_broken',
        `${path} cannot be used (${reasonOf(error)}): correct it, or let the authority write it anew`,
        error,
      )
    }
  }

  /** Reads the file if it has changed since the last look. A broken one, or one that is gone, changes nothing. */
  look(): Look {
    return this.#file.look()
  }

  /** After a `broken` look, in a sentence. */
  get problem(): string {
    return `${this.#path} cannot be used (${this.#file.problem}): what it said before stays in force until it is written anew`
  }

  /** The invitation of this id, if `password` is the one derived from its secret. Its end is not looked at. */
  invitation(id: string, password: string): Invitation | null {
    const invited = this.#file.value.invitations.get(id)
    const expected = Buffer.from(invited?.hash ?? NO_HASH)
    const isSame = timingSafeEqual(Buffer.from(hashText(password)), expected)
    return isSame && invited !== undefined ? invited : null
  }

  /** Whether the list in force has it unchanged. */
  stillInvites({ id, provider, hash, until }: Invitation): boolean {
    const listed = this.#file.value.invitations.get(id)
    return listed?.provider === provider && listed.hash === hash && listed.until === until
  }

  /** Whether tokens of `client` that were issued at `iat` no longer count. */
  refuses(client: string, iat: number): boolean {
    return iat < (this.#file.value.before.get(client) ?? 0)
  }
}

function readLists(path: string): Lists {
  const { invitations, refused } = accessListFile.parse(JSON.parse(readSecret(path)))
  return {
    invitations: new Map(invitations.map((one) => [one.id, one])),
    before: new Map(refused.map(({ client, before }) => [client, before])),
  }
}

function isUnique(names: readonly string[]): boolean {
  return new Set(names).size === names.length
}
