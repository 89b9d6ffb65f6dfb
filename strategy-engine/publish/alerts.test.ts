import { keyring, seconds, type Verified, verify } from '@keyside/protocol'
import { publicKey, signingKey } from '@keyside/protocol/node'
import { type Clock, createLog, KeysideError, systemClock } from '@keyside/runtime'
import { expect, test } from 'vitest'
import { decided, T0 } from '../testing/fixture.ts'
import { type AlertInput, Alerts } from './alerts.ts'

const KEY = signingKey(new Uint8Array(32).fill(3))
const PINS = keyring([
  { key: publicKey(KEY.publicKey), issuer: 'acme', kinds: ['signal', 'alert'] },
])
/** Its candle closes at T0. */
const hot: AlertInput = {
  strategy: { name: 'demo', market: 'BTC/USDT', timeframe: '1m' },
  plan: 'trend',
  candle: { start: T0 - 60, close: '106.50' },
  alert: { name: 'hot', text: 'close 106.50' },
}

/** Alerts on a link and a clock of ours. */
function open() {
  const place = { now: T0 * 1000, connected: true, busy: false, logged: '' }
  const tokens: string[] = []
  let look = () => undefined as unknown
  const clock: Clock = {
    ...systemClock,
    now: () => place.now,
    every: (_, run) => {
      look = run
      return () => undefined
    },
  }
  const link = {
    connected: () => place.connected,
    publish: async (topic: string, token: string) => {
      if (place.connected === false || topic !== 'keyside/v1/signal/acme/trend')
        throw new KeysideError('broker_unreachable', topic)
      tokens.push(token)
    },
  }
  const destination = {
    write: (line: string) => {
      place.logged += line
    },
  }
  const log = createLog({ program: 'engine', level: 'info', destination })
  const signer = { issuer: 'acme', key: KEY }
  const alerts = new Alerts({ signer, link, isBusy: () => place.busy, clock, log })
  const verified = (): Verified<'alert'>['claims'][] =>
    tokens.map((token) => {
      const topic = 'keyside/v1/signal/acme/trend'
      const now = seconds(place.now)
      const read = verify(token, PINS, { kinds: ['alert'], audience: 'executors', now, topic })
      if (!read.ok) throw new Error(read.message)
      return read.claims
    })
  const pass = async (ms: number) => {
    place.now += ms
    look()
    await decided()
  }
  return { alerts, place, tokens, verified, pass, link }
}

test('alerts are signed and sent as an executor takes them, once each', async () => {
  const { alerts, verified, pass } = open()
  alerts.add([hot, { ...hot, alert: { name: null, text: 'close 106.50' } }])
  await pass(0)
  await pass(1_000)
  expect(verified().map(({ name, price, iat, exp }) => [name, price, iat, exp])).toEqual([
    ['hot', '106.5', T0, T0 + 600],
    [undefined, '106.5', T0, T0 + 600],
  ])
})

test('two engines give the same alert the same token', async () => {
  const [one, other] = [open(), open()]
  for (const { alerts, pass } of [one, other]) {
    alerts.add([hot])
    await pass(0)
  }
  expect(one.tokens).toHaveLength(1)
  expect(one.tokens).toEqual(other.tokens)
})

test('an alert waits while signals are made or the broker is away', async () => {
  const { alerts, place, verified, pass } = open()
  for (const obstacle of [{ busy: true }, { connected: false }]) {
    const before = verified().length
    Object.assign(place, obstacle)
    alerts.add([hot])
    await pass(250)
    expect(verified()).toHaveLength(before)
    Object.assign(place, { busy: false, connected: true })
    await pass(250)
    expect(verified()).toHaveLength(before + 1)
  }
})

test('an alert that was on its way when the broker went is sent again, in the same bytes', async () => {
  const { alerts, place, tokens, pass, link } = open()
  link.connected = () => true
  place.connected = false
  alerts.add([hot])
  await pass(0)
  expect(tokens).toEqual([])
  place.connected = true
  await pass(250)
  expect(tokens).toHaveLength(1)
})

test('an alert whose ten minutes are over is not sent, and the log says so', async () => {
  const { alerts, place, tokens, pass } = open()
  place.connected = false
  alerts.add([hot])
  await pass(600_000)
  place.connected = true
  await pass(250)
  await pass(250)
  expect(tokens).toEqual([])
  expect(place.logged.match(/expired before it could be sent/g)).toHaveLength(1)
})

test('of more than ten thousand that wait the oldest are left out', async () => {
  const { alerts, place, tokens, pass } = open()
  place.connected = false
  const at = (start: number) => ({ ...hot, candle: { start, close: '1' } })
  const expired = at(T0 - 6_000)
  alerts.add([hot, ...Array.from({ length: 9_999 }, () => expired), hot])
  expect(place.logged).toContain('"alerts":1')
  place.connected = true
  const expiredOnes = () => place.logged.split('expired before').length - 1
  while (expiredOnes() < 9_999) await pass(0)
  await pass(250)
  expect(tokens, 'the newest alone').toHaveLength(1)
})

test('a text that no message can carry is logged, and stops none behind it', async () => {
  const { alerts, place, verified, pass } = open()
  alerts.add([{ ...hot, alert: { name: null, text: 'naïve' } }, hot])
  await pass(0)
  expect(verified().map(({ name }) => name)).toEqual(['hot'])
  expect(place.logged).toContain('could not be signed')
})
