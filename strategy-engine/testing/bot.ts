// The bot of an engine's home for tests: its key, its connection, and what it asks; and a year of candles to try rules on.
import {
  keyring,
  type ProviderRequest,
  requestTopic,
  responseTopic,
  type SigningKey,
  sign,
  verify,
} from '@keyside/protocol'
import { publicKey, signingKey } from '@keyside/protocol/node'
import { createLog, newJti, openLink, systemRandomBytes } from '@keyside/runtime'
import { onTestFinished } from 'vitest'
import { writeCandleSet } from '../data/candle-store.ts'
import type { Answer } from '../trials/trials.ts'
import { access, type Home, startFixture, T0, until } from './fixture.ts'
import { randomCandles } from './random-candles.ts'
import { candles } from './rules.ts'

export const BOT_KEY = signingKey(new Uint8Array(32).fill(31))
const TOPIC = requestTopic('home', 'bot')
const ANSWERS = responseTopic('home', 'bot')
const HOUR = 3_600
const YEAR = 365 * 24

/** A year of hours up to T0, as if they had been downloaded. */
export function storeYear(home: Pick<Home, 'path'>, market = 'BTC/USDT'): void {
  const end = Math.floor(T0 / HOUR) * HOUR
  const start = end - YEAR * HOUR
  const columns = randomCandles({ length: YEAR, seed: 5, seconds: HOUR, start, range: 0.01 })
  const asked = [[start - HOUR, end]] as const
  writeCandleSet(home.path, {
    exchange: 'binance',
    market,
    timeframe: '1h',
    address: null,
    asked,
    columns,
  })
}

/** An engine with one strategy of the device, `demo`, and the bot that may ask it. */
export async function startWithBot(prepare: (home: Home) => void = () => undefined) {
  const engine = await startFixture(candles([100, 106, 94], T0 - 120), {
    past: 1,
    config: { bot: { id: 'bot', key: BOT_KEY.publicKey } },
    prepare: (home) => {
      storeYear(home)
      prepare(home)
    },
  })
  const { home, broker, clock } = engine
  const answers = new Map<string, Answer>()
  const link = openLink({
    url: broker.address.mqtt,
    clientId: 'bot',
    token: access('bot', { publish: [TOPIC], subscribe: [ANSWERS] }),
    subscribe: [ANSWERS],
    log: createLog({ program: 'test', level: 'silent' }),
    onMessage: (topic, token) => {
      const pins = keyring([
        { key: publicKey(home.key.publicKey), issuer: 'home', kinds: ['response'] },
      ])
      const expected = { kinds: ['response'] as const, audience: 'bot', topic }
      const verified = verify(token, pins, { ...expected, now: clock.now() / 1000 })
      if (!verified.ok) throw new Error(verified.message)
      answers.set(verified.claims.to, verified.claims.answer)
    },
  })
  onTestFinished(() => link.close())
  await link.ready

  const token = (ask: ProviderRequest['ask'], key: SigningKey = BOT_KEY, change: object = {}) => {
    const iat = clock.now() / 1000
    const jti = newJti(systemRandomBytes)
    const claims = { iss: 'bot', aud: 'home', iat, exp: iat + 30, jti, ask, ...change }
    return { jti, token: sign('request', claims, key) }
  }
  const send = (text: string) => link.publish(TOPIC, text)
  const ask = async (what: ProviderRequest['ask']): Promise<Answer> => {
    const { jti, token: text } = token(what)
    await send(text)
    await until(() => answers.has(jti))
    const answer = answers.get(jti)
    if (answer === undefined) throw new Error('no answer')
    return answer
  }
  return { ...engine, answers, ask, token, send }
}
