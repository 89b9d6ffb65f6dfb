import { type Alert, commandTopic, headTopic, sign, signalTopic } from '@keyside/protocol'
import { publicKey, signingKey } from '@keyside/protocol/node'
import { expect, test } from 'vitest'
import { START, signalClaims, TestExecutor } from '../testing/rig.ts'
import { botKeyring, engineKeyring, verifyFromBot, verifyFromProvider } from './verify-message.ts'

const engine = signingKey(new Uint8Array(32).fill(2))
const bot = signingKey(new Uint8Array(32).fill(3))
const home = { name: 'home', keyring: engineKeyring('home', publicKey(engine.publicKey)) }
const ofBot = botKeyring('bot', publicKey(bot.publicKey))
const executor = new TestExecutor()
const signal = sign('signal', signalClaims(START, {}), engine)
const message = { topic: signalTopic('home', 'demo'), token: signal, retained: false, now: START }

test('opens a signal and a head of the pinned engine', () => {
  expect(verifyFromProvider(home, message)).toMatchObject({ type: 'signal', claims: { seq: 1 } })
  const token = sign('head', executor.head().claims, engine)
  const head = { ...message, topic: headTopic('home', 'demo'), token, retained: true }
  expect(verifyFromProvider(home, head), 'a kept head is news').toMatchObject({ type: 'head' })
})

test('refuses a signal that a broker kept', () => {
  expect(verifyFromProvider(home, { ...message, retained: true })).toMatchObject({
    type: 'invalid_message',
    code: 'retained_signal',
  })
})

test('opens an alert on the topic of the signals of its plan, unless a broker kept it', () => {
  const { plan, sub, market, referencePrice: price, candle } = signalClaims(START, {})
  const { iss, aud, iat, jti } = signalClaims(START, {})
  const claims: Alert = {
    ...{ iss, aud, iat, exp: iat + 600, jti, plan, sub, market, price, candle },
    text: 'rsi(14) 80.31',
  }
  const said = { ...message, token: sign('alert', claims, engine) }
  expect(verifyFromProvider(home, said)).toMatchObject({ type: 'alert', provider: 'home', claims })
  const codeOf = (change: object) => {
    const input = verifyFromProvider(home, { ...said, ...change })
    return 'code' in input ? input.code : null
  }
  expect(codeOf({ retained: true })).toBe('retained_signal')
  expect(codeOf({ topic: signalTopic('home', 'other') })).toBe('topic_mismatch')
  expect(codeOf({ topic: headTopic('home', 'demo') })).toBe('topic_mismatch')
  expect(codeOf({ token: sign('alert', claims, bot) })).toBe('header_not_pinned')
})

test('refuses a command that was signed for another device, kept, or signed by the engine', () => {
  const { claims } = executor.command({ do: 'halt' })
  const topic = commandTopic('device')
  const token = sign('command', claims, bot)
  const command = { topic, token, retained: false, now: START }
  const codeOf = (input: object) => ('code' in input ? input.code : null)
  expect(verifyFromBot(ofBot, 'device', command)).toMatchObject({ type: 'command' })
  expect(codeOf(verifyFromBot(ofBot, 'other', command))).toBe('audience_mismatch')
  expect(codeOf(verifyFromBot(ofBot, 'device', { ...command, retained: true }))).toBe(
    'retained_signal',
  )
  const forged = sign('command', claims, engine)
  expect(codeOf(verifyFromBot(ofBot, 'device', { ...command, token: forged }))).toBe(
    'bot_not_paired',
  )
})

test('a command that comes with the signals has no key there', () => {
  const token = sign('command', executor.command({ do: 'halt' }).claims, bot)
  const input = verifyFromProvider(home, { ...message, topic: commandTopic('device'), token })
  expect(input).toMatchObject({ type: 'invalid_message', code: 'header_not_pinned' })
})
