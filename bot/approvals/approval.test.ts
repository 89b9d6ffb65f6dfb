// The way of an order past the trader: card, press, approval, result.
import { expect, test } from 'vitest'
import { approvalOf, orderOf, stepOf } from '../events-for-tests.ts'
import { openRig, until } from '../rig-for-tests.ts'

async function openCard() {
  const rig = await openRig()
  const chat = await rig.claim()
  const order = orderOf(7)
  await rig.device.report(approvalOf(order, rig.clock.now() / 1000 + 60))
  const card = await chat.waitForMessage((message) => message.reply_markup !== undefined)
  return { ...rig, chat, order, card }
}

test('a card shows the order with its chart and two buttons', async () => {
  const { card } = await openCard()
  expect(card.photo).toMatchObject([{ width: 800, height: 420 }])
  expect(card.caption).toMatchSnapshot()
  const buttons = card.reply_markup?.inline_keyboard.flat() ?? []
  expect(buttons.map(({ text }) => text)).toEqual(['✅ Approve', '🚫 Reject'])
  for (const { callback_data } of buttons) expect(callback_data).toMatch(/^[\w-]{22}$/)
})

test('Approve sends one approval of exactly this order, and the card becomes its result', async () => {
  const { chat, card, device, order, told } = await openCard()
  const toast = await chat.waitForAnswer(chat.pressButton(card, '✅ Approve'))
  expect(toast.text).toBe('Approved, sending…')
  await until(() => device.approvals.length === 1)
  expect(device.approvals).toMatchObject([
    { order: order.id, answer: 'approve', sub: 'telegram:1001' },
  ])
  await chat.waitForMessage((message) => message.caption?.includes('Approved, sending') === true)
  await device.report(stepOf(order, 'filled', { filled: '0.05', average: '64050.1' }))
  const result = await chat.waitForMessage(
    (message) => message.caption?.includes('Bought') === true,
  )
  expect(result.message_id).toBe(card.message_id)
  expect(result.reply_markup).toBeUndefined()
  expect(result.caption).toContain('Bought 0.05 BTC at 64,050.1 USDT, 3,202.51 USDT in all.')
  await chat.waitForMessage((message) => message.text?.includes('Bought 0.05 BTC') === true)
  await until(() => told.length > 0)
  expect(told).toEqual([`told ${order.signal}`])
  expect(device.approvals).toHaveLength(1)
})
