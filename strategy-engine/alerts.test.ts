// From a rule that begins to hold to the alert on the wire.
import { expect, test } from 'vitest'
import { startFixture, T0, until } from './testing/fixture.ts'
import { candles, RULES, yaml } from './testing/rules.ts'

const WITH_ALERTS = yaml({
  ...RULES,
  plan: 'all',
  alert: '{ high: close > 110, hot: close > 105 }',
})

const start = (closes: (number | null)[], past = 1, text = WITH_ALERTS) =>
  startFixture(candles(closes, T0 - past * 60 - 60), {
    past,
    prepare: (home) => home.write('demo.yaml', text),
  })

/** Alerts let signals go first, and are looked at again as time passes. */
const said = ({ pass, messages }: Awaited<ReturnType<typeof start>>, alerts: number) =>
  until(() => {
    pass(250)
    return messages('alert').length === alerts
  })

test('an alert is said after the signal of its candle, on the same topic, and not again while it holds', async () => {
  const fixture = await start([100, 106, 107, 104, 111])
  const { close, messages, kinds } = fixture
  await close()
  await said(fixture, 1)
  expect(messages('alert')[0]).toMatchObject({
    retained: false,
    topic: 'keyside/v1/signal/home/all',
    claims: {
      plan: 'all',
      sub: 'demo',
      market: 'BTC/USDT',
      name: 'hot',
      text: 'close 106.00',
      price: '106',
      candle: { timeframe: '1m', start: T0 - 60 },
      iat: T0,
      exp: T0 + 600,
    },
  })
  expect(kinds().filter((kind) => kind === 'signal' || kind === 'alert')).toEqual([
    'signal',
    'alert',
  ])
  await close()
  await close()
  await close()
  await said(fixture, 3)
  const [, ...again] = messages('alert').map(({ claims }) => claims)
  expect(again.map(({ name, iat }) => [name, iat])).toEqual([
    ['high', T0 + 180],
    ['hot', T0 + 180],
  ])
  expect(new Set(messages('alert').map(({ claims }) => claims.jti)).size).toBe(3)
})

test('nothing is said of history, nor of what closed while the engine was away', async () => {
  const first = await start([100, 106, 100, 106, 100], 5)
  await first.engine.stop()
  const second = await first.begin(candles([100, 106, 100, 106, 100, 107], T0 - 360), 6)
  await second.engine.stop()
  const third = await first.begin(candles([100, 106, 100, 106, 100, 107, 100, 108], T0 - 360), 7)
  await until(() => first.presence() === 'online')
  await third.close()
  await said(first, 1)
  expect(first.messages('alert')[0]?.claims.text).toBe('close 108.00')
})
