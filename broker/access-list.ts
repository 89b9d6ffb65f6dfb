// The access list: who is invited, and whose access tokens no longer count. The authority writes it, the broker follows.
import { timingSafeEqual } from 'node:crypto'
import { statSync } from 'node:fs'
import { digest, hashText, id, numericDate } from '@keyside/protocol'
import { describeError, KeysideError, readSecret } from '@keyside/runtime'
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

/** What a file that has not been written yet says. */
const EMPTY = { invitations: [], refused: [] }
const NO_HASH = 'A'.repeat(43)

export type Look = 'same' | 'changed' | 'broken'

export class AccessList {
  readonly #path: string | null
  #invitations: ReadonlyMap<string, Invitation> = new Map()
  #before: ReadonlyMap<string, number> = new Map()
  #stamp: string | null = null
  #problem = ''

  /** Without a path nobody is invited and nobody refused. Throws `broker_access_list_broken`: there is no earlier list to keep. */
  constructor(path: string | null) {
    this.#path = path
    if (this.look() === 'broken') throw new KeysideError('broker_access_list_broken', this.#problem)
  }

  /** Why the file was not taken, in a sentence. */
  get problem(): string {
    return this.#problem
  }

  /**
   * Reads the file if it is another than at the last look. One that cannot be read, has a mistake, or is gone is `broken`,
   * once, and the list before it stays in force.
   */
  look(): Look {
    if (this.#path === null) return 'same'
    const stamp = stampOf(this.#path)
    if (stamp === this.#stamp) return 'same'
    const isFirst = this.#stamp === null
    this.#stamp = stamp
    try {
      const missing = stamp === MISSING
      if (missing && !isFirst) throw new Error('it is gone')
      this.#take(missing ? EMPTY : JSON.parse(readSecret(this.#path)))
      return 'changed'
    } catch (error) {
      this.#problem = `${this.#path} cannot be used (${reasonOf(error)}): ${isFirst ? 'correct it, or let the authority write it anew' : 'what it said before stays in force until it is written anew'}`
      return 'broken'
    }
  }

  /** The invitation of this id, if `password` is the one derived from its secret. Its end is not looked at. */
  invitation(id: string, password: string): Invitation | null {
    const invited = this.#invitations.get(id)
    const expected = Buffer.from(invited?.hash ?? NO_HASH)
    const isSame = timingSafeEqual(Buffer.from(hashText(password)), expected)
    return isSame && invited !== undefined ? invited : null
  }

  /** Whether it stands in the list in force, unchanged. */
  stillInvites({ id, provider, hash, until }: Invitation): boolean {
    const listed = this.#invitations.get(id)
    return listed?.provider === provider && listed.hash === hash && listed.until === until
  }

  /** Whether tokens of `client` that were issued at `iat` no longer count. */
  refuses(client: string, iat: number): boolean {
    return iat < (this.#before.get(client) ?? 0)
  }

  #take(data: unknown): void {
    const { invitations, refused } = accessListFile.parse(data)
    this.#invitations = new Map(invitations.map((one) => [one.id, one]))
    this.#before = new Map(refused.map(({ client, before }) => [client, before]))
  }
}

const MISSING = 'missing'

/** Changes whenever the file is replaced or written to. */
function stampOf(path: string): string {
  try {
    const { ino, size, mtimeNs } = statSync(path, { bigint: true })
    return `${ino} ${size} ${mtimeNs}`
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? MISSING : `${code}`
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof z.ZodError)) return describeError(error).message
  const [issue] = error.issues
  return `${issue?.path.join('.')}: ${issue?.message}`
}

function isUnique(names: readonly string[]): boolean {
  return new Set(names).size === names.length
}
