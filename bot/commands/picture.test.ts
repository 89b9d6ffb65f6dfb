// An answer with a picture is one message; a text that Telegram does not take below one goes before it.
import { expect, test } from 'vitest'
import { answersAt } from '../testing/answers.ts'
import { openFixture, until } from '../testing/fixture.ts'

test.for([
  ['below it', 'ema(12) crossed above ema(26)', 1],
  ['before it', `A long reason${' a long reason'.repeat(34)}`, 2],
] as const)('the story of a sale has its picture, with the text %s', async ([_, bought, count]) => {
  const fixture = await openFixture()
  const { device, clock } = fixture
  const { trade } = answersAt(clock.now() / 1000)
  if (trade.about !== 'trade') throw new Error('no trade')
  const stops = Array.from({ length: 30 }, (): [number, string] => [clock.now() / 1000, '64010.5'])
  const answer = { ...trade, bought, ...(count === 2 && { stops }) }
  device.answer = ({ jti }) => ({ type: 'answer', to: jti, answer })
  const chat = await fixture.claim()
  const before = chat.messages().length
  chat.sendText('/trade 12')
  await until(() => chat.messages().some(({ photo }) => photo !== undefined))
  const [text, photo] = chat.messages().slice(before + 1 - (count === 1 ? 1 : 0))
  expect(chat.messages()).toHaveLength(before + 1 + count)
  expect(photo?.photo).toMatchObject([{ width: 800, height: 600 }])
  expect((count === 1 ? photo?.caption : text?.text) ?? '').toContain(bought)
  if (count === 2) expect(photo?.caption).toBe('Sale 12 · BTC/USDT +21.17 USDT')
})
