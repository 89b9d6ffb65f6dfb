// A scripted engine of the bot's home: verifies what the bot asks, and answers as a test says.
import {
  type Alert,
  keyring,
  type ProviderRequest,
  type ProviderResponse,
  type SigningKey,
  sign,
  verify,
} from '@keyside/protocol'
import { publicKey, signingKey } from '@keyside/protocol/node'
import { createLog, newJti, openLink, systemRandomBytes } from '@keyside/runtime'
import { onTestFinished } from 'vitest'
import { accessToken, type Clock, FIRST_KEYS, seedOf } from './scripted-device.ts'

export const ENGINE_KEY = signingKey(seedOf(6))
const REQUEST = 'keyside/v1/request/home/bot'
const RESPONSE = 'keyside/v1/response/home/bot'
const TRIALS = 'keyside/v1/signal/home/trial'

export type EngineAnswer = ProviderResponse['answer']
/** Null: nothing at all. With a key: signed by that one. */
export type EngineScript = (
  ask: ProviderRequest['ask'],
) => EngineAnswer | null | { readonly answer: EngineAnswer; readonly key: SigningKey }

export async function connectEngine(
  url: string,
  clock: Clock,
  script: EngineScript,
): Promise<ScriptedEngine> {
  const pins = keyring([
    { key: publicKey(FIRST_KEYS.bot.publicKey), issuer: 'bot', kinds: ['request'] },
  ])
  const link = openLink({
    url,
    clientId: 'engine',
    token: accessToken(clock, 'engine', { publish: [RESPONSE, TRIALS], subscribe: [REQUEST] }),
    subscribe: [REQUEST],
    onMessage: (topic, token) => {
      const now = clock.now() / 1000
      const verified = verify(token, pins, { kinds: ['request'], audience: 'home', now, topic })
      if (!verified.ok) throw new Error(`no engine answers what asks so: ${verified.message}`)
      const said = script(verified.claims.ask)
      if (said === null) return
      const { answer, key } = 'key' in said ? said : { answer: said, key: ENGINE_KEY }
      const times = { iat: now, exp: now + 60, jti: newJti(systemRandomBytes) }
      const claims = { iss: 'home', aud: 'bot', ...times, to: verified.claims.jti, answer }
      link.publish(RESPONSE, sign('response', claims, key)).catch(() => undefined)
    },
    log: createLog({ program: 'engine', level: 'silent' }),
  })
  await link.ready
  onTestFinished(() => link.close())
  const alert = (change: Partial<Alert> = {}, key: SigningKey = ENGINE_KEY) => {
    const iat = Math.floor(clock.now() / 1000)
    const claims = { ...ALERT, iat, exp: iat + 600, jti: newJti(systemRandomBytes), ...change }
    return link.publish(TRIALS, sign('alert', claims, key))
  }
  return { alert }
}

export interface ScriptedEngine {
  /** A trial says something; by another key where one is given. */
  alert(change?: Partial<Alert>, key?: SigningKey): Promise<void>
}

const ALERT = {
  iss: 'home',
  aud: 'executors',
  plan: 'trial',
  sub: 'trial-mine',
  market: 'BTC/USDT',
  price: '65000.12',
  candle: { timeframe: '15m', start: 0 },
  text: 'rsi(14) 80.31',
} as const
