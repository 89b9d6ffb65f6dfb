// The access tokens of a home's own programs: what each may do at the home's broker, made and renewed by this home's authority.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  type Access,
  intentTopic,
  resultTopic,
  type SigningKey,
  seconds,
  sign,
} from '@keyside/protocol'
import {
  type Clock,
  loadConfig,
  newJti,
  type RandomBytes,
  readSigningKey,
  writePrivate,
} from '@keyside/runtime'
import { engineConfig, readPrograms } from '@keyside/strategy-engine'
import { environment } from '../terminal/config.ts'
import { accountFile, accountHome, furtherAccounts } from './accounts.ts'
import { executorSection } from './executor-section.ts'
import { type Client, FILES, TOKENS } from './home-files.ts'
import { type Beside, clientId, rights } from './home-rights.ts'
import { programsOf, providerOf } from './roles.ts'

/** A month: long enough to notice that nobody renews them. */
export const LIFE_SECONDS = 30 * 86_400

export interface TokenParts {
  readonly home: string
  readonly clock: Pick<Clock, 'now'>
  readonly randomBytes: RandomBytes
}

/** Of the home's own account, or of one beside it. */
export function issueTokens(
  parts: TokenParts,
  { authority, ...beside }: { authority: SigningKey } & Beside,
): void {
  for (const client of beside.clients) {
    const token = accessToken(parts, authority, {
      client: clientId(client, beside.account),
      acl: rights(client, beside),
      life: LIFE_SECONDS,
    })
    writePrivate(tokenFile(parts.home, client, beside.account), `${token}\n`)
  }
}

function tokenFile(home: string, client: Client, account: string | null): string {
  return join(home, account === null ? TOKENS[client] : accountFile(account, client))
}

/** Each program's key and access token are in a folder of its name in here. */
export const PROGRAMS_FOLDER = 'programs'

/** No subscriber has such a name. */
export function programClient(program: string): string {
  return `program-${program}`
}

/** It may say what it wants of its one stream, and hear the answer. */
export function issueProgramToken(
  parts: TokenParts,
  {
    authority,
    provider,
    program,
    stream,
  }: { authority: SigningKey; provider: string; program: string; stream: string },
): void {
  const token = accessToken(parts, authority, {
    client: programClient(program),
    acl: { publish: [intentTopic(provider, stream)], subscribe: [resultTopic(provider, stream)] },
    life: LIFE_SECONDS,
  })
  writePrivate(join(parts.home, PROGRAMS_FOLDER, program, 'access.token'), `${token}\n`)
}

/** `life` in seconds. */
export function accessToken(
  { clock, randomBytes }: Omit<TokenParts, 'home'>,
  authority: SigningKey,
  { client, acl, life }: { client: string; acl: Access['acl']; life: number },
): string {
  const iat = seconds(clock.now())
  const jti = newJti(randomBytes)
  const claims = { iss: 'authority', aud: 'broker', iat, exp: iat + life, jti, sub: client, acl }
  return sign('access', claims, authority)
}

/** The programs of a home that have an access token here. */
export function clientsIn(home: string, account: string | null = null): Client[] {
  return (Object.keys(TOKENS) as Client[]).filter((client) =>
    existsSync(tokenFile(home, client, account)),
  )
}

/**
 * New access tokens for the programs that have one here; the old ones stay good until they expire. Throws
 * `file_unreadable` where this home has no authority, as that of a bot which was paired from another one.
 */
export function renewTokens(parts: TokenParts): void {
  const authority = readSigningKey(join(parts.home, FILES.authorityKey))
  const provider = providerOf(parts.home)
  for (const account of [null, ...furtherAccounts(parts.home).map(({ name }) => name)])
    issueTokens(parts, {
      authority,
      clients: clientsIn(parts.home, account),
      provider,
      account,
      plans: plansHeard(account === null ? parts.home : accountHome(parts.home, account)),
    })
  for (const { program, stream } of programsIn(parts.home))
    issueProgramToken(parts, { authority, provider, program, stream })
}

/** What the device of a home hears of its own engine; nothing where there is no such device. */
function plansHeard(home: string): readonly string[] {
  return programsOf(home).includes('executor') ? (executorSection(home).engine?.plans ?? []) : []
}

/** Those whose folder is here: others were taken to another machine. */
export function programsIn(home: string) {
  if (!programsOf(home).includes('engine')) return []
  const { programs } = loadConfig('engine', engineConfig, home, environment)
  return readPrograms(resolve(home, programs)).filter(({ program }) =>
    existsSync(join(home, PROGRAMS_FOLDER, program)),
  )
}
