// The access tokens of a home's own programs: what each may do at the home's broker, made and renewed by this home's authority.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  type Access,
  commandTopic,
  HOME,
  headTopic,
  intentTopic,
  keysetTopic,
  presenceTopic,
  reportTopic,
  requestTopic,
  responseTopic,
  resultTopic,
  type SigningKey,
  seconds,
  sign,
  signalTopic,
} from '@keyside/protocol'
import {
  type Cancel,
  type Clock,
  loadConfig,
  newJti,
  type RandomBytes,
  readSigningKey,
  writePrivate,
} from '@keyside/runtime'
import { engineConfig, readPrograms } from '@keyside/strategy-engine'
import { environment } from '../terminal/config.ts'
import { type Client, FILES, TOKENS } from './home-files.ts'
import { programsOf, providerOf } from './roles.ts'

/** All strategies of one's own engine, as long as their files name no other plan. */
export const OWN_PLAN = 'all'
export const DEVICE = 'device'

/** A month without anybody who renews them is enough to notice. */
export const LIFE_SECONDS = 30 * 86_400

export interface TokenParts {
  readonly home: string
  readonly clock: Pick<Clock, 'now'>
  readonly randomBytes: RandomBytes
}

const BOT_RIGHTS: Access['acl'] = {
  publish: [commandTopic(DEVICE)],
  subscribe: [reportTopic(DEVICE), presenceTopic(HOME, DEVICE)],
}

/**
 * What it asks is answered to it alone: where an engine of one's own is beside it, about strategies; on another host, by the
 * authority, for its own next access.
 */
export const ASKING_BOT_RIGHTS: Access['acl'] = {
  publish: [...BOT_RIGHTS.publish, requestTopic(HOME, 'bot')],
  subscribe: [...BOT_RIGHTS.subscribe, responseTopic(HOME, 'bot')],
}

/**
 * A provider's engine can read nothing of a device, and only the authority speaks with who is not a subscriber yet. A bot
 * and an engine speak with each other only in a home that has both.
 */
function rights(client: Client, provider: string, clients: readonly Client[]): Access['acl'] {
  const speaks = clients.includes('engine') && clients.includes('bot') && provider === HOME
  const all = (kind: string) => `keyside/v1/${kind}/${provider}/+`
  const answers = provider === HOME ? [] : [all('response')]
  const requests = provider === HOME ? [] : [all('request')]
  switch (client) {
    case 'engine':
      return {
        publish: [
          all('signal'),
          all('head'),
          `${all('intent')}/result`,
          ...answers,
          ...(speaks ? [responseTopic(HOME, 'bot')] : []),
          presenceTopic(provider, client),
        ],
        subscribe: [all('intent'), ...requests, ...(speaks ? [requestTopic(HOME, 'bot')] : [])],
      }
    case 'authority':
      return {
        publish: [
          keysetTopic(provider),
          `${all('enroll')}/answer`,
          ...answers,
          presenceTopic(provider, client),
        ],
        subscribe: [all('enroll'), ...requests, all('presence')],
      }
    case 'device-signals':
      return {
        publish: [],
        subscribe: [
          signalTopic(HOME, OWN_PLAN),
          headTopic(HOME, OWN_PLAN),
          presenceTopic(HOME, 'engine'),
        ],
      }
    case DEVICE:
      return {
        publish: [reportTopic(DEVICE), presenceTopic(HOME, DEVICE)],
        subscribe: [commandTopic(DEVICE)],
      }
    case 'bot':
      return speaks ? ASKING_BOT_RIGHTS : BOT_RIGHTS
  }
}

export function issueTokens(
  parts: TokenParts,
  {
    authority,
    clients,
    provider,
  }: { authority: SigningKey; clients: readonly Client[]; provider: string },
): void {
  for (const client of clients) {
    const token = accessToken(parts, authority, {
      client,
      acl: rights(client, provider, clients),
      life: LIFE_SECONDS,
    })
    writePrivate(join(parts.home, TOKENS[client]), `${token}\n`)
  }
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
export function clientsIn(home: string): Client[] {
  return (Object.keys(TOKENS) as Client[]).filter((client) =>
    existsSync(join(home, TOKENS[client])),
  )
}

/** How often a program that runs is given a new one: it is read when the broker ends the connection of the old one. */
const RENEW_MS = 86_400_000

/** Renews them now and each day. Where this home has no authority, there is nothing to renew. */
export function keepTokensFresh(
  parts: TokenParts & { readonly clock: Clock },
  onFailed: (error: unknown) => void,
): Cancel {
  if (!existsSync(join(parts.home, FILES.authorityKey))) return () => undefined
  renewTokens(parts)
  return parts.clock.every(RENEW_MS, () => {
    try {
      renewTokens(parts)
    } catch (error) {
      onFailed(error)
    }
  })
}

/**
 * New access tokens for the programs that have one here; the old ones stay good until they expire. Throws
 * `file_unreadable` where this home has no authority, as that of a bot which was paired from another one.
 */
export function renewTokens(parts: TokenParts): void {
  const authority = readSigningKey(join(parts.home, FILES.authorityKey))
  const clients = clientsIn(parts.home)
  const provider = providerOf(parts.home)
  issueTokens(parts, { authority, clients, provider })
  for (const { program, stream } of programsIn(parts.home))
    issueProgramToken(parts, { authority, provider, program, stream })
}

/** Those whose folder is here: others were taken to another machine. */
export function programsIn(home: string) {
  if (!programsOf(home).includes('engine')) return []
  const { programs } = loadConfig('engine', engineConfig, home, environment)
  return readPrograms(resolve(home, programs)).filter(({ program }) =>
    existsSync(join(home, PROGRAMS_FOLDER, program)),
  )
}
