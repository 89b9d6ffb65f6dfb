// What a rule without an order says: in the chat at once, each time or once, from the engine of the home alone.
import { signingKey } from '@keyside/protocol/node'
import { expect, test } from 'vitest'
import { openFixture, until } from '../testing/fixture.ts'
import type { EngineAnswer } from '../testing/scripted-engine.ts'
import { TRIED } from '../testing/strategy-answers.ts'

const WATCH: EngineAnswer = {
  ...TRIED,
  before: 'nothing',
  rules: [{ part: 'alert', text: 'rsi(14) > 80' }],
  params: [],
  backtest: { ran: 'no', code: 'trial_orders_nothing', message: 'it orders nothing' },
}
const TEXT = 'name: mine\nmarket: BTC/USDT\ntimeframe: 15m\nalert: rsi(14) > 80'

async function opened() {
  const asked: unknown[] = []
  const fixture = await openFixture({
    engine: (ask) => {
      asked.push(ask)
      return ask.do === 'drop' ? { do: 'dropped', name: 'mine' } : WATCH
    },
  })
  const { engine } = fixture
  if (engine === null) throw new Error('there is an engine')
  const chat = await fixture.claim()
  const alerts = () => chat.messages().filter(({ text }) => text?.startsWith('🔔 trial-mine ·'))
  const says = (part: string) => chat.waitForMessage(({ text }) => text?.includes(part) === true)
  return { fixture, engine, chat, asked, alerts, says }
}

test('a rule without an order tells each time, and once where that is wanted: then it is ended', async () => {
  const { engine, chat, asked, alerts, says } = await opened()
  chat.sendText(TEXT)
  const checked = await says('tells you here each time')
  expect(checked.text).not.toContain('strategy accept')
  expect(chat.messages().some(({ text }) => text?.includes('on the past'))).toBe(false)
  await engine.alert()
  await until(() => alerts().length === 1)
  expect(alerts()[0]?.text).toContain('/strategy trial-mine stop ends it.')
  expect(asked).toEqual([{ do: 'try', text: TEXT }])
  chat.pressButton(checked, 'Tell me once')
  await says('tells you once, and ends then')
  await engine.alert({ market: 'ETH/USDT' })
  await says('it has ended.')
  await until(() => asked.length === 2)
  expect(asked[1]).toEqual({ do: 'drop', name: 'trial-mine' })
})

test('an alert that the engine of the home has not signed is none, and one that comes twice is told once', async () => {
  const { fixture, engine, alerts } = await opened()
  await engine.alert({}, signingKey(new Uint8Array(32).fill(98)))
  await until(() => fixture.log.some((line) => line.includes('header_not_pinned')))
  const jti = 'A'.repeat(22)
  await engine.alert({ jti })
  await until(() => alerts().length === 1)
  await engine.alert({ jti })
  await engine.alert({ market: 'ETH/USDT' })
  await until(() => alerts().length === 2)
  expect(alerts()[0]?.text).not.toContain('times')
})
