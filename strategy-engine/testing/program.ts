// A program of the provider's for tests: its key, its connection, and what it sends and hears.
import {
  encodeBase64url,
  hashText,
  type Intent,
  type IntentResult,
  intentTopic,
  keyring,
  resultTopic,
  type SigningKey,
  sign,
  verify,
} from '@keyside/protocol'
import { publicKey, signingKey } from '@keyside/protocol/node'
import { createLog, newJti, openLink, systemRandomBytes, writePrivate } from '@keyside/runtime'
import { onTestFinished } from 'vitest'
import { access, type Home, startFixture, T0, until } from './fixture.ts'
import { candles } from './rules.ts'

export const STREAM = 'my-model'
const TOPIC = intentTopic('home', STREAM)
export const PROGRAM_KEY = signingKey(new Uint8Array(32).fill(21))

type EntryIntent = Extract<Intent, { kind: 'entry' }>

export const listed = (change: object = {}) => ({
  program: STREAM,
  key: PROGRAM_KEY.publicKey,
  stream: STREAM,
  market: 'BTC/USDT',
  ...change,
})

export function writePrograms(home: Home, ...programs: readonly object[]): void {
  writePrivate(home.file('engine/programs.json'), JSON.stringify(programs))
}

/** An engine with one strategy, `demo`, and one program. */
export async function startWithProgram() {
  const engine = await startFixture(candles([100, 106, 94], T0 - 120), {
    past: 1,
    prepare: (home) => writePrograms(home, listed()),
  })
  const { home, broker, clock, messages } = engine
  const results: IntentResult[] = []
  const link = openLink({
    url: broker.address.mqtt,
    clientId: STREAM,
    token: access(STREAM, { publish: [TOPIC], subscribe: [resultTopic('home', STREAM)] }),
    subscribe: [resultTopic('home', STREAM)],
    log: createLog({ program: 'test', level: 'silent' }),
    onMessage: (topic, token) => {
      const pins = keyring([
        { key: publicKey(home.key.publicKey), issuer: 'home', kinds: ['result'] },
      ])
      const expected = { kinds: ['result'] as const, audience: STREAM, topic }
      const verified = verify(token, pins, { ...expected, now: clock.now() / 1000 })
      if (!verified.ok) throw new Error(verified.message)
      results.push(verified.claims)
    },
  })
  onTestFinished(() => link.close())
  await link.ready
  await until(() => messages('head').some(({ claims }) => claims.sub === STREAM))

  const claims = (change: Partial<EntryIntent> = {}): EntryIntent => {
    const now = clock.now() / 1000
    return {
      iss: STREAM,
      aud: 'home',
      sub: STREAM,
      iat: now,
      exp: now + 20,
      jti: newJti(systemRandomBytes),
      kind: 'entry',
      market: 'BTC/USDT',
      referencePrice: '100',
      reason: 'p(up) 0.71',
      size: { unit: 'percent', value: '10' },
      stopPrice: '97',
      ...change,
    }
  }
  const exit = (percent = '100'): Intent => {
    const { stopPrice: _, ...rest } = claims()
    return { ...rest, kind: 'exit', size: { unit: 'percent', value: percent } }
  }
  /** What the engine answers to this text. */
  const sendText = async (text: string): Promise<IntentResult['answer']> => {
    const before = results.length
    await link.publish(TOPIC, text)
    await until(() => results.length > before)
    const result = results.at(-1)
    if (result?.to !== hashText(text)) throw new Error('the result is of another intent')
    return result.answer
  }
  const send = (intent: Intent, key: SigningKey = PROGRAM_KEY) =>
    sendText(sign('intent', intent, key))
  /** Whatever the schema says. */
  const forged = (payload: object): string => {
    const [header] = sign('intent', claims(), PROGRAM_KEY).split('.')
    const signed = `${header}.${encodeBase64url(Buffer.from(JSON.stringify(payload)))}`
    return `${signed}.${encodeBase64url(PROGRAM_KEY.sign(Buffer.from(signed)))}`
  }
  return { ...engine, link, results, claims, exit, send, sendText, forged }
}
