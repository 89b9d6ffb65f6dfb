// The code that a large order needs: asked for, passed on once in the signed answer, and left nowhere.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { approvalOf, orderOf } from '../testing/events.ts'
import { OWNER, openRig, until } from '../testing/rig.ts'

const CODE = '004217'

async function openLargeCard() {
  const rig = await openRig()
  const chat = await rig.claim()
  const order = orderOf(7)
  const needed = (change: Partial<typeof order> = {}) =>
    approvalOf({ ...order, ...change }, rig.clock.now() / 1000 + 600, { code: 'needed' })
  await rig.device.report(needed())
  const card = await chat.waitForMessage((message) => message.reply_markup !== undefined)
  const caption = (text: string) =>
    chat.waitForMessage((message) => message.caption?.includes(text) === true)
  const said = (text: string) =>
    chat.waitForMessage((message) => message.text?.includes(text) === true)
  const refuse = (code: string) =>
    rig.device.report({ type: 'refusal', order: order.id, code, message: `it is ${code}` })
  return { ...rig, chat, order, card, caption, said, refuse, needed }
}

type Large = Awaited<ReturnType<typeof openLargeCard>>

async function press({ chat, said }: Pick<Large, 'chat' | 'said'>, card: Large['card']) {
  const toast = await chat.waitForAnswer(chat.pressButton(card, '✅ Approve'))
  expect(toast.text).toBe('Send the code from your authenticator.')
  return said('six digits that your authenticator shows')
}

/** As an app sends it that answers the forced reply. */
function reply(text: string, to: number, at: number) {
  const from = { id: OWNER, is_bot: false, first_name: 'Owner' }
  const chat = { id: OWNER, type: 'private' }
  const date = Math.floor(at / 1000)
  const asked = { message_id: to, date, chat }
  return { message: { message_id: 5000 + to, date, chat, from, text, reply_to_message: asked } }
}

test('a large order is approved by the tap and the code together, and by neither alone', async () => {
  const rig = await openLargeCard()
  const { card, chat, device, telegram, order, caption } = rig
  expect(card.caption).toContain('This one needs the code from your authenticator.')
  const question = await press(rig, card)
  expect(device.approvals, 'a tap alone is none').toEqual([])
  expect((await caption('as a reply to the message below')).reply_markup).toBeDefined()
  const sent = telegram.calls.filter(({ method }) => method === 'sendMessage').at(-1)
  expect(JSON.stringify(sent?.payload['reply_markup'])).toContain('force_reply')
  const mine = chat.sendText('004 217')
  await until(() => device.approvals.length === 1)
  expect(device.approvals).toMatchObject([
    { order: order.id, answer: 'approve', code: CODE, sub: 'telegram:1001' },
  ])
  await caption('Approved, sending')
  const gone = [mine.message_id, question.message_id]
  await until(() => chat.messages().every(({ message_id }) => !gone.includes(message_id)))
})

test('the code is in no file and in no log', async () => {
  const rig = await openLargeCard()
  await press(rig, rig.card)
  rig.chat.sendText(CODE)
  await until(() => rig.device.approvals.length === 1)
  await rig.caption('Approved, sending')
  const files = ['bot.db', 'bot.db-wal'].map((name) => readFileSync(join(rig.home, name)))
  for (const bytes of files) expect(bytes.includes(CODE)).toBe(false)
  expect(rig.log.join('')).not.toContain(CODE)
})

test('a wrong code lets the trader try again while the order waits', async () => {
  const rig = await openLargeCard()
  await press(rig, rig.card)
  rig.chat.sendText('111111')
  await until(() => rig.device.approvals.length === 1)
  await rig.refuse('approval_code_wrong')
  await rig.said('Your answer was not taken')
  const again = await rig.caption('has not taken your answer')
  await press(rig, again)
  rig.chat.sendText(CODE)
  await until(() => rig.device.approvals.length === 2)
  expect(rig.device.approvals.map(({ code }) => code)).toEqual(['111111', CODE])
})

test('a device that wants a code for a card that did not say so gets one', async () => {
  const rig = await openRig()
  const chat = await rig.claim()
  const order = orderOf(7)
  await rig.device.report(approvalOf(order, rig.clock.now() / 1000 + 600))
  const card = await chat.waitForMessage((message) => message.reply_markup !== undefined)
  chat.pressButton(card, '✅ Approve')
  await until(() => rig.device.approvals.length === 1)
  const code = 'approval_code_needed'
  await rig.device.report({ type: 'refusal', order: order.id, code, message: 'a code is needed' })
  const again = await chat.waitForMessage(
    ({ caption }) => caption?.includes('needs the code from your authenticator') === true,
  )
  const said = (text: string) =>
    chat.waitForMessage((message) => message.text?.includes(text) === true)
  await press({ chat, said }, again)
})

test('of two orders the reply says which', async () => {
  const rig = await openLargeCard()
  const { chat, device, telegram, clock, said, caption } = rig
  const first = await press(rig, rig.card)
  const other = orderOf(8, { amount: '0.5' })
  await device.report(approvalOf(other, clock.now() / 1000 + 600, { code: 'needed' }))
  const card = await caption('Buy 0.5 BTC?')
  await chat.waitForAnswer(chat.pressButton(card, '✅ Approve'))
  const second = await said('Buy 0.5 BTC: send the six digits')
  chat.sendText(CODE)
  await said('reply to the message that asks')
  expect(device.approvals).toEqual([])
  telegram.inject(reply(CODE, second.message_id, clock.now()))
  await until(() => device.approvals.length === 1)
  expect(device.approvals[0]?.order).toBe(other.id)
  telegram.inject(reply('111111', first.message_id, clock.now()))
  await until(() => device.approvals.length === 2)
  expect(device.approvals[1]?.order).toBe(rig.order.id)
})

test('six digits that nobody asked for go to nobody, and out of the chat', async () => {
  const rig = await openLargeCard()
  const mine = rig.chat.sendText(CODE)
  await rig.said('No order waits for a code')
  expect(rig.device.approvals).toEqual([])
  await until(() => rig.chat.messages().every(({ message_id }) => message_id !== mine.message_id))
})

test('a code from the time when the bot was away is not passed on', async () => {
  const rig = await openLargeCard()
  const question = await press(rig, rig.card)
  rig.telegram.inject(reply(CODE, question.message_id, rig.clock.now() - 61_000))
  await rig.said('while I was away')
  expect(rig.device.approvals).toEqual([])
})

test('the question outlives a restart of the bot', async () => {
  const rig = await openRig()
  const first = await rig.start()
  await until(() => rig.codes.length > 0)
  const chat = rig.telegram.chat(OWNER)
  chat.sendText(`/start ${rig.codes[0]}`)
  const said = (text: string) =>
    chat.waitForMessage((message) => message.text?.includes(text) === true)
  await said('yours')
  await rig.device.report(approvalOf(orderOf(7), rig.clock.now() / 1000 + 600, { code: 'needed' }))
  const card = await chat.waitForMessage(({ caption }) => caption?.includes('🔐') === true)
  await press({ chat, said }, card)
  await first.stop()
  await rig.start()
  chat.sendText(CODE)
  await until(() => rig.device.approvals.length === 1)
})
