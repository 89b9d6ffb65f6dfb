// A reason that is cut within an emoji still gives a card.
import { expect, test } from 'vitest'
import { approvalOf, orderOf, stepOf } from '../testing/events.ts'
import { openFixture, until } from '../testing/fixture.ts'

const reason = `${'a'.repeat(118)}😀${'b'.repeat(30)}`

test('a card whose reason is cut at an emoji is shown, taken and turned into its result', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const order = orderOf(7)
  const expires = fixture.clock.now() / 1000 + 60
  await fixture.device.report(approvalOf(order, expires, { reason, candles: [] }))
  const card = await chat.waitForMessage(({ reply_markup }) => reply_markup !== undefined)
  expect(card.text).toContain(`${'a'.repeat(118)}…`)
  chat.pressButton(card, '✅ Approve')
  await until(() => fixture.device.approvals.length === 1)
  const message = `${'m'.repeat(218)}😀${'n'.repeat(30)}`
  await fixture.device.report(stepOf(order, 'denied', { code: 'some.code', message }))
  const done = await chat.waitForMessage(
    ({ text }) => text?.includes('Refused by your device') === true,
  )
  expect(done.message_id).toBe(card.message_id)
  expect(fixture.log.join('')).not.toContain('telegram_message_refused')
  expect(fixture.telegram.calls.filter(({ outcome }) => outcome === 'refused')).toEqual([])
})
