// A provider's home in a temporary folder, with a broker in this process and devices that enrol.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brokerConfig } from '@keyside/broker'
import { type Broker, startBroker } from '@keyside/broker/start'
import {
  type Access,
  type Claims,
  deriveInvitation,
  enrollAnswerTopic,
  enrollMac,
  enrollTopic,
  joinClient,
  keysetKeyring,
  keysetTopic,
  parseInvitation,
  presenceTopic,
  requestTopic,
  responseTopic,
  type SigningKey,
  sign,
  verify,
} from '@keyside/protocol'
import { publicKey, signingKey } from '@keyside/protocol/node'
import {
  type Clock,
  createLog,
  type Link,
  makeSigningKey,
  newJti,
  openLink,
  systemClock,
  systemRandomBytes,
  writePrivate,
} from '@keyside/runtime'
import { onTestFinished } from 'vitest'
import { type AuthorityConfig, authorityConfig } from '../config.ts'
import { readKeyset } from '../keyset/file.ts'
import { makeProviderKeys } from '../make-provider.ts'
import { Provider } from '../provider.ts'
import { type Authority, startAuthority } from '../start.ts'

export const PASSPHRASE = 'correct horse battery'
/** scrypt's N for tests: quick. */
export const CHEAP = 2 ** 4
const PROVIDER = 'acme'

/** Real time, moved by hand. */
function movableClock(): Clock & { move(ms: number): void } {
  let ahead = 0
  const repeating = new Set<() => void>()
  return {
    ...systemClock,
    now: () => Date.now() + ahead,
    every: (ms, run) => {
      repeating.add(run)
      const cancel = systemClock.every(ms, run)
      return () => {
        repeating.delete(run)
        cancel()
      }
    },
    move: (ms) => {
      ahead += ms
      for (const run of repeating) run()
    },
  }
}

const AUTHORITY_RIGHTS: Access['acl'] = {
  publish: [
    'keyside/v1/keyset/acme',
    'keyside/v1/enroll/acme/+/answer',
    'keyside/v1/response/acme/+',
    'keyside/v1/presence/acme/authority',
  ],
  subscribe: [
    'keyside/v1/enroll/acme/+',
    'keyside/v1/request/acme/+',
    'keyside/v1/presence/acme/+',
  ],
}

export interface HomeOptions {
  readonly plans?: AuthorityConfig['plans']
  /** Of its broker, for invitations that are followed; any when left out. */
  readonly port?: number
}

/** A home with keys and the first keyset; nothing runs. */
export async function providerHome({ plans = PLANS, port = 0 }: HomeOptions = {}) {
  const home = mkdtempSync(join(tmpdir(), 'keyside-authority-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const clock = movableClock()
  const engine = makeSigningKey(join(home, 'engine/engine.key'), systemRandomBytes)
  const config = authorityConfig.parse({
    provider: PROVIDER,
    broker: { url: 'mqtt://127.0.0.1:1' },
    addresses: [{ url: `mqtt://127.0.0.1:${port || 1883}`, tls: 'none' }],
    plans,
  })
  const deps = { home, config, clock, randomBytes: systemRandomBytes }
  const made = await makeProviderKeys({
    ...deps,
    passphrase: PASSPHRASE,
    engineKey: engine.publicKey,
    cost: CHEAP,
  })
  const provider = () => {
    const opened = new Provider(deps)
    onTestFinished(() => opened.close())
    return opened
  }
  const read = (file: string) => readFileSync(join(home, file), 'utf8')
  return { home, port, config, deps, clock, engine, made, provider, read }
}

export type ProviderHome = Awaited<ReturnType<typeof providerHome>>

export const PLANS: AuthorityConfig['plans'] = {
  trend: { about: 'Follows the trend', markets: ['BTC/USDT'] },
  swing: {
    about: 'Holds for days',
    markets: ['BTC/USDT', 'ETH/USDT'],
    terms: { version: 2, text: 'You may lose all of it.' },
  },
}

/** The home with its broker and its authority, and devices that come. */
export async function runningProvider(options: HomeOptions = {}) {
  const made = await providerHome(options)
  const { home, clock } = made
  const accessKey = readKey(join(home, 'authority/authority.key'))
  const broker = await openBroker(made)
  const { mqtt } = broker.address
  const iat = Math.floor(Date.now() / 1000) - 1
  const jti = newJti(systemRandomBytes)
  const rights = { sub: 'authority', acl: AUTHORITY_RIGHTS }
  const times = { iat, exp: iat + 86_400, jti }
  writePrivate(
    join(home, 'authority/authority.token'),
    sign('access', { iss: 'authority', aud: 'broker', ...times, ...rights }, accessKey),
  )
  const logged: string[] = []
  const log = createLog({
    program: 'authority',
    level: 'info',
    destination: { write: (line) => logged.push(line) },
  })
  const config = { ...made.config, broker: { ...made.config.broker, url: mqtt } }
  const begin = async (): Promise<Authority> => {
    const authority = startAuthority(config, { home, log, clock })
    onTestFinished(() => authority.stop())
    await authority.ready
    return authority
  }
  const authority = await begin()
  const device = (link: string, seed?: Uint8Array) => openDevice(mqtt, link, seed)
  const codes = () => logged.flatMap((line) => JSON.parse(line).code ?? [])
  const client = (token: string, filters: readonly string[]) => openClient(mqtt, token, filters)
  return { ...made, broker, mqtt, authority, begin, device, client, codes, logged }
}

function readKey(file: string): SigningKey {
  return signingKey(Buffer.from(readFileSync(file, 'utf8').trim(), 'base64url'))
}

async function openBroker({ home, port, made }: ProviderHome): Promise<Broker> {
  const config = brokerConfig.parse({
    authority: made.authority,
    port,
    wsPort: null,
    accessList: 'broker/access.json',
  })
  const broker = await startBroker(config, { home, clock: systemClock, log: silent })
  onTestFinished(() => broker.stop())
  return broker
}

const silent = createLog({ program: 'test', level: 'silent' })

interface ReceivedMessage {
  readonly topic: string
  readonly token: string
  readonly retained: boolean
}

/** A client of the broker that keeps what comes. `token` is its password; its id is the token's, or `as`. */
async function openClient(url: string, token: string, filters: readonly string[], as?: string) {
  const received: ReceivedMessage[] = []
  const waiting = new Set<() => void>()
  const state = { ready: 0, lost: 0 }
  const clientId = as ?? String(claimsOf(token)['sub'])
  const link: Link = openLink({
    url,
    clientId,
    token,
    subscribe: filters,
    log: silent,
    reconnectMs: 50,
    onMessage: (topic, text, retained) => {
      received.push({ topic, token: text, retained })
      for (const look of waiting) look()
    },
    onReady: () => {
      state.ready += 1
      for (const look of waiting) look()
    },
    onLost: () => {
      state.lost += 1
      for (const look of waiting) look()
    },
  })
  onTestFinished(() => link.close())
  const next = <T>(find: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const look = () => {
        const found = find()
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  // The broker looks for a new invitation four times a second; an access token counts at once, or never.
  await (as === undefined ? link.ready : next(() => (state.ready > 0 ? true : undefined)))
  /** The next message on the topic, from now on or from the beginning. */
  const message = (topic: string, after = 0) =>
    next(() => received.filter((one) => one.topic === topic)[after])
  const gone = () => next(() => (state.lost > 0 && !link.connected() ? true : undefined))
  return { link, received, message, gone, count: () => received.length }
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

/** What enrols: a key, and the right that the link gives. */
async function openDevice(url: string, link: string, seed = systemRandomBytes(32)) {
  const read = parseInvitation(link, { now: 0, plaintext: true })
  if (!read.ok) throw new Error(read.message)
  const { invitation } = read
  const { connect, enroll } = deriveInvitation(link)
  const key = signingKey(seed)
  const { id } = invitation
  const answerTopic = enrollAnswerTopic(PROVIDER, id)
  const filters = [answerTopic, keysetTopic(PROVIDER)]
  const client = await openClient(url, connect, filters, joinClient(id))
  const keyset = (await client.message(keysetTopic(PROVIDER))).token
  let answers = 0
  /** Enrols and gives the verified claims of the answer. */
  const enrol = async (
    terms: Claims['enroll']['terms'] = [],
    changes: Partial<Claims['enroll']> = {},
  ): Promise<Claims['answer']> => {
    const token = enrolToken({ key, invitation: id, enrollKey: enroll, terms, changes })
    await client.link.publish(enrollTopic(PROVIDER, id), token)
    const { token: answer } = await client.message(answerTopic, answers)
    answers += 1
    const verified = verify(answer, keysetKeyring(readKeyset(keyset).claims, publicKey), {
      kinds: ['answer'],
      audience: key.kid,
      now: Date.now() / 1000,
      topic: answerTopic,
    })
    if (!verified.ok) throw new Error(verified.message)
    return verified.claims
  }
  return { key, client, keyset, enrol, invitation, close: () => client.link.close() }
}

export function enrolToken({
  key,
  invitation,
  enrollKey,
  terms = [],
  changes = {},
  now = Date.now() / 1000,
}: {
  readonly key: SigningKey
  readonly invitation: string
  readonly enrollKey: string
  readonly terms?: Claims['enroll']['terms']
  readonly changes?: Partial<Claims['enroll']>
  readonly now?: number
}): string {
  const jti = newJti(systemRandomBytes)
  const mac = enrollMac(enrollKey, { invitation, kid: key.kid, jti })
  const jwk = { kty: 'OKP' as const, crv: 'Ed25519' as const, x: key.publicKey }
  const times = { iat: now, exp: now + 60, jti }
  const claims = { iss: invitation, aud: PROVIDER, ...times, cnf: { jwk }, versions: [1], terms }
  return sign('enroll', { ...claims, mac, ...changes }, key)
}

export function requestToken(
  key: SigningKey,
  client: string,
  ask: Claims['request']['ask'],
  now = Date.now() / 1000,
) {
  const times = { iat: now, exp: now + 60, jti: newJti(systemRandomBytes) }
  const token = sign('request', { iss: client, aud: PROVIDER, ...times, ask }, key)
  return { topic: requestTopic(PROVIDER, client), token, answer: responseTopic(PROVIDER, client) }
}

export function presenceToken(key: SigningKey, client: string, state: 'online' | 'offline') {
  const now = Date.now() / 1000
  const times = { iat: now, exp: now + 60, jti: newJti(systemRandomBytes) }
  const claims = { iss: client, aud: PROVIDER, sub: client, ...times, state, versions: [1] }
  return { topic: presenceTopic(PROVIDER, client), token: sign('presence', claims, key) }
}
