// The code that a large order needs: asked for, passed on once in the signed answer, and left nowhere.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { approvalOf, orderOf } from '../testing/events.ts'
import { OWNER, openFixture, until } from '../testing/fixture.ts'
import { codeIn } from './code.ts'

const CODE = '004217'

async function openLargeCard() {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const order = orderOf(7)
  const needed = (change: Partial<typeof order> = {}) =>
    approvalOf({ ...order, ...change }, fixture.clock.now() / 1000 + 600, { code: 'needed' })
  await fixture.device.report(needed())
  const card = await chat.waitForMessage((message) => message.reply_markup !== undefined)
  const caption = (text: string) =>
    chat.waitForMessage((message) => message.caption?.includes(text) === true)
  const said = (text: string) =>
    chat.waitForMessage((message) => message.text?.includes(text) === true)
  const refuse = (code: string) =>
    fixture.device.report({ type: 'refusal', order: order.id, code, message: `it is ${code}` })
  return { ...fixture, chat, order, card, caption, said, refuse, needed }
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
  const fixture = await openLargeCard()
  const { card, chat, device, telegram, order, caption } = fixture
  expect(card.caption).toContain('This one needs the code from your authenticator.')
  const question = await press(fixture, card)
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
  const fixture = await openLargeCard()
  await press(fixture, fixture.card)
  fixture.chat.sendText(CODE)
  await until(() => fixture.device.approvals.length === 1)
  await fixture.caption('Approved, sending')
  const files = ['bot.db', 'bot.db-wal'].map((name) => readFileSync(join(fixture.home, name)))
  for (const bytes of files) expect(bytes.includes(CODE)).toBe(false)
  expect(fixture.log.join('')).not.toContain(CODE)
})

test('a wrong code lets the trader try again while the order waits', async () => {
  const fixture = await openLargeCard()
  await press(fixture, fixture.card)
  fixture.chat.sendText('111111')
  await until(() => fixture.device.approvals.length === 1)
  await fixture.refuse('approval_code_wrong')
  await fixture.said('Your answer was not taken')
  const again = await fixture.caption('has not taken your answer')
  await press(fixture, again)
  fixture.chat.sendText(CODE)
  await until(() => fixture.device.approvals.length === 2)
  expect(fixture.device.approvals.map(({ code }) => code)).toEqual(['111111', CODE])
})

test('a device that wants a code for a card that did not say so gets one', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const order = orderOf(7)
  await fixture.device.report(approvalOf(order, fixture.clock.now() / 1000 + 600))
  const card = await chat.waitForMessage((message) => message.reply_markup !== undefined)
  chat.pressButton(card, '✅ Approve')
  await until(() => fixture.device.approvals.length === 1)
  const code = 'approval_code_needed'
  await fixture.device.report({
    type: 'refusal',
    order: order.id,
    code,
    message: 'a code is needed',
  })
  const again = await chat.waitForMessage(
    ({ caption }) => caption?.includes('needs the code from your authenticator') === true,
  )
  const said = (text: string) =>
    chat.waitForMessage((message) => message.text?.includes(text) === true)
  await press({ chat, said }, again)
})

test('of two orders the reply says which', async () => {
  const fixture = await openLargeCard()
  const { chat, device, telegram, clock, said, caption } = fixture
  const first = await press(fixture, fixture.card)
  const other = orderOf(8, { amount: '0.5' })
  await device.report(approvalOf(other, clock.now() / 1000 + 600, { code: 'needed' }))
  const card = await caption('Buy 0.5 BTC for')
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
  expect(device.approvals[1]?.order).toBe(fixture.order.id)
})

test('six digits that nobody asked for go to nobody, and out of the chat', async () => {
  const fixture = await openLargeCard()
  const mine = fixture.chat.sendText(CODE)
  await fixture.said('No order waits for a code')
  expect(fixture.device.approvals).toEqual([])
  await until(() =>
    fixture.chat.messages().every(({ message_id }) => message_id !== mine.message_id),
  )
})

test('a code from the time when the bot was away is not passed on', async () => {
  const fixture = await openLargeCard()
  const question = await press(fixture, fixture.card)
  fixture.telegram.inject(reply(CODE, question.message_id, fixture.clock.now() - 61_000))
  await fixture.said('while I was away')
  expect(fixture.device.approvals).toEqual([])
})

test('the question outlives a restart of the bot', async () => {
  const fixture = await openFixture()
  const first = await fixture.start()
  await until(() => fixture.codes.length > 0)
  const chat = fixture.telegram.chat(OWNER)
  chat.sendText(`/start ${fixture.codes[0]}`)
  const said = (text: string) =>
    chat.waitForMessage((message) => message.text?.includes(text) === true)
  await said('yours')
  await fixture.device.report(
    approvalOf(orderOf(7), fixture.clock.now() / 1000 + 600, { code: 'needed' }),
  )
  const card = await chat.waitForMessage(({ caption }) => caption?.includes('🔐') === true)
  await press({ chat, said }, card)
  await first.stop()
  await fixture.start()
  chat.sendText(CODE)
  await until(() => fixture.device.approvals.length === 1)
})

test.each([
  ['004217', CODE],
  [' 004 217 ', CODE],
  ['\u200f004217\u2069', CODE],
  ['00421', null],
  ['004217 please', null],
  ['00421\u00b2', null],
])('%j is the code %s', (text, code) => {
  expect(codeIn(text)).toBe(code)
})
