// Renews the access of a bot on another host: while the device's home runs, its authority answers the bot that is paired.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  HOME,
  keyring,
  requestTopic,
  responseTopic,
  seconds,
  sign,
  verify,
} from '@keyside/protocol'
import { publicKey } from '@keyside/protocol/node'
import {
  type Clock,
  createLog,
  type Link,
  newJti,
  openLink,
  Quota,
  type RandomBytes,
  readSigningKey,
  tlsTrust,
} from '@keyside/runtime'
import { executorSection } from '../home/executor-section.ts'
import { FILES } from '../home/home-files.ts'
import { ASKING_BOT_RIGHTS } from '../home/home-rights.ts'
import { accessToken, LIFE_SECONDS } from '../home/home-tokens.ts'
import { programsOf } from '../home/roles.ts'

export interface RenewBotOptions {
  /** KEYSIDE_HOME of the device. */
  readonly home: string
  readonly clock: Clock
  readonly randomBytes: RandomBytes
}

const BOT = 'bot'
const CLIENT = 'authority'
const RESPONSE_LIFE = 60
/** In an hour. A bot asks once, and again when its answer was lost. */
const MAX_AN_HOUR = 6
const HOUR_MS = 3_600_000

/** Null where no bot of another host can be paired: the home has no device or no authority, or a bot of its own. */
export function openBotRenewal(options: RenewBotOptions): Link | null {
  const { home, clock, randomBytes } = options
  const programs = programsOf(home)
  const isPaired = programs.includes('executor') && !programs.includes('bot')
  if (!isPaired || !existsSync(join(home, FILES.authorityKey))) return null
  const { url, plaintext, tls } = executorSection(home).home
  const acl = { publish: [responseTopic(HOME, BOT)], subscribe: [requestTopic(HOME, BOT)] }
  const parts = { clock, randomBytes }
  const authority = () => readSigningKey(join(home, FILES.authorityKey))
  const quota = new Quota({ most: MAX_AN_HOUR, spanMs: HOUR_MS })
  const link: Link = openLink({
    url,
    plaintext,
    tls: tlsTrust(tls),
    clientId: CLIENT,
    token: () => accessToken(parts, authority(), { client: CLIENT, acl, life: LIFE_SECONDS }),
    subscribe: acl.subscribe,
    onMessage: (topic, token) => {
      const response = answer(options, { topic, token, quota })
      // A lost answer is not an error: the bot asks again.
      if (response !== null) link.publish(responseTopic(HOME, BOT), response).catch(() => undefined)
    },
    log: createLog({ program: 'keyside', level: 'silent' }),
  })
  return link
}

/**
 * Null for a request that is not the paired bot's, whose key is read for each request. The bot before it has the same name
 * at the broker: its tokens are refused as issued before the pairing, and none is made for it here.
 */
function answer(
  { home, clock, randomBytes }: RenewBotOptions,
  { topic, token, quota }: { topic: string; token: string; quota: Quota },
): string | null {
  const { bot } = executorSection(home)
  const pins = keyring([{ key: publicKey(bot.key), issuer: BOT, kinds: ['request'] }])
  const now = seconds(clock.now())
  const verified = verify(token, pins, { kinds: ['request'], audience: HOME, now, topic })
  if (!verified.ok || verified.claims.ask.do !== 'access') return null
  if (!quota.allows(verified.kid, clock.now())) return null
  const authority = readSigningKey(join(home, FILES.authorityKey))
  const rights = { client: BOT, acl: ASKING_BOT_RIGHTS, life: LIFE_SECONDS }
  const access = accessToken({ clock, randomBytes }, authority, rights)
  const times = { iat: now, exp: now + RESPONSE_LIFE, jti: newJti(randomBytes) }
  return sign(
    'response',
    {
      iss: HOME,
      aud: BOT,
      ...times,
      to: verified.claims.jti,
      answer: { do: 'access', token: access },
    },
    authority,
  )
}
