// An emoji where a reason is cut costs nobody a card.
import { expect, test } from 'vitest'
import { approvalOf, orderOf, stepOf } from '../testing/events.ts'
import { openRig, until } from '../testing/rig.ts'

const reason = `${'a'.repeat(148)}😀${'b'.repeat(30)}`

test('a card whose reason is cut at an emoji is shown, taken and turned into its result', async () => {
  const rig = await openRig()
  const chat = await rig.claim()
  const order = orderOf(7)
  const expires = rig.clock.now() / 1000 + 60
  await rig.device.report(approvalOf(order, expires, { reason, candles: [] }))
  const card = await chat.waitForMessage(({ reply_markup }) => reply_markup !== undefined)
  expect(card.text).toContain(`${'a'.repeat(148)}…`)
  chat.pressButton(card, '✅ Approve')
  await until(() => rig.device.approvals.length === 1)
  const message = `${'m'.repeat(218)}😀${'n'.repeat(30)}`
  await rig.device.report(stepOf(order, 'refused', { code: 'some.code', message }))
  const done = await chat.waitForMessage(
    ({ text }) => text?.includes('Refused by your device') === true,
  )
  expect(done.message_id).toBe(card.message_id)
  expect(rig.log.join('')).not.toContain('telegram_message_refused')
  expect(rig.telegram.calls.filter(({ outcome }) => outcome === 'refused')).toEqual([])
})
