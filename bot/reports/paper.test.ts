// A device that trades on paper: nothing about it is shown without saying so.
import { expect, test } from 'vitest'
import { approvalOf, orderOf, stepOf } from '../testing/events.ts'
import { openFixture } from '../testing/fixture.ts'

test('every card, result, notice and answer of a device on paper begins with it, and none of another device', async () => {
  const { device, second, claim, clock, telegram } = await openFixture({ devices: 'two' })
  if (second === null) return expect.unreachable()
  const chat = await claim()
  device.money = 'paper'
  const expires = clock.now() / 1000 + 60
  for (const each of [device, second]) {
    each.answer = ({ jti, instruction }) =>
      instruction.do === 'replay'
        ? null
        : { type: 'answer', to: jti, answer: { about: 'pauses', state: 'paused', pauses: [] } }
    await each.report(approvalOf(orderOf(7), expires, { candles: [] }))
    await each.report(stepOf(orderOf(7), 'filled', { filled: '0.001', average: '60000' }))
    await each.report({ type: 'notice', level: 'warning', code: 'clock_skew', message: 'late' })
    await each.report({
      ...{ type: 'refusal', code: 'size.max', message: 'too large', kind: 'entry' },
      ...{ stream: 'home/demo', market: 'BTC/USDT' },
    })
  }
  chat.sendText('/pause')
  for (const name of ['north', 'south'])
    await chat.waitForMessage(({ text = '' }) => text.includes(name) && /pause/i.test(text))
  const said = telegram.calls
    .filter(({ method }) => /^(send|edit)/.test(method))
    .map(({ payload }) => String(payload['text'] ?? payload['caption'] ?? ''))
  const about = (name: string) => said.filter((text) => text.includes(`<b>${name}</b>`))
  expect(about('north').length).toBeGreaterThan(3)
  expect(about('north').filter((text) => !text.startsWith(NORTH))).toEqual([])
  expect(about('south').length).toBeGreaterThan(3)
  expect(about('south').filter((text) => text.includes('Paper'))).toEqual([])
})

const NORTH = '🖥 <b>north</b> · 📝 <b>Paper</b>, no real money\n'
