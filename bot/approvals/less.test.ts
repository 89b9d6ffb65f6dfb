// Less of an order, and why it is asked about: the card waits on, or another takes its place.
import { expect, test } from 'vitest'
import { answersAt } from '../testing/answers.ts'
import { approvalOf, orderOf, stepOf } from '../testing/events.ts'
import { openFixture, until } from '../testing/fixture.ts'
import { partOf } from './card.ts'
import { readAmount } from './less.ts'

async function openCard(change: Parameters<typeof approvalOf>[2] = {}) {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const order = orderOf(7)
  await fixture.device.report(approvalOf(order, fixture.clock.now() / 1000 + 120, change))
  const card = await chat.waitForMessage((message) => message.reply_markup !== undefined)
  const current = () => {
    const found = chat.messages().find(({ message_id }) => message_id === card.message_id)
    return found?.reply_markup?.inline_keyboard.map((row) => row.map(({ text }) => text)) ?? []
  }
  const said = (words: string) =>
    chat.waitForMessage(({ text, caption }) => (text ?? caption ?? '').includes(words))
  const turn = async () => {
    chat.pressButton(card, '✂️ Less')
    await until(() => current()[0]?.[0]?.startsWith('½') === true)
  }
  return { ...fixture, chat, order, card, current, said, turn }
}

test('Less offers a half, a third, another amount, and the way back', async () => {
  const { chat, card, current, device, turn } = await openCard()
  await turn()
  expect(current()).toEqual([
    ['½: 1,602.51', '⅓: 1,068.34'],
    ['✏️ Other amount', '‹ Back'],
  ])
  chat.pressButton(card, '‹ Back')
  await until(() => current()[0]?.[0] === '✅ Approve')
  expect(device.approvals).toEqual([])
})

test('a half is asked of the device for this very order, and its new card leads back to the old one', async () => {
  const { chat, card, device, order, clock, said, turn } = await openCard()
  await turn()
  const toast = await chat.waitForAnswer(chat.pressButton(card, '½: 1,602.51'))
  expect(toast.text).toBe('Asking for less…')
  await until(() => device.approvals.length === 1)
  expect(device.approvals).toMatchObject([{ order: order.id, answer: 'less', value: '1602.5125' }])
  const code = 'approval_reduced'
  await device.report(stepOf(order, 'replaced', { code, message: 'you wanted less' }))
  const half = orderOf(8, { clientOrderId: order.clientOrderId, amount: '0.025', value: '1602.51' })
  const again = { times: 2, why: 'less', price: '64050', value: order.value, risk: '55' } as const
  await device.report(approvalOf(half, clock.now() / 1000 + 60, { again }))
  expect((await said('a smaller order is on the card below')).reply_markup).toBeUndefined()
  const next = await said('Less, as you wanted')
  expect(next.reply_to_message?.message_id).toBe(card.message_id)
  expect(() => chat.pressButton(card, '✅ Approve')).toThrow('no button')
  chat.pressButton(next, '✅ Approve')
  await until(() => device.approvals.length === 2)
  expect(device.approvals[1]).toMatchObject({ order: half.id, answer: 'approve' })
})

test('a press on a button of the old card, forged or late, asks for nothing', async () => {
  const { chat, card, device, order, telegram, clock, said, turn } = await openCard()
  await turn()
  const shown = chat.messages().find(({ message_id }) => message_id === card.message_id)
  const data = shown?.reply_markup?.inline_keyboard[0]?.map((one) => one.callback_data) ?? []
  chat.pressButton(card, '½: 1,602.51')
  await until(() => device.approvals.length === 1)
  await device.report(stepOf(order, 'replaced', { code: 'approval_reduced' }))
  await device.report(approvalOf(orderOf(8), clock.now() / 1000 + 60))
  await said('a smaller order is on the card below')
  for (const [at, nonce] of data.entries())
    telegram.inject({
      callback_query: {
        id: `replay ${at}`,
        from: { id: 1001, is_bot: false, first_name: 'Owner' },
        chat_instance: '1',
        message: { message_id: card.message_id, date: 1, chat: { id: 1001, type: 'private' } },
        data: nonce,
      },
    })
  chat.sendText('/help')
  await said('From here you can')
  expect(device.approvals).toHaveLength(1)
})

test('where the device has no smaller order it says why, and the card waits on with new buttons', async () => {
  const { chat, card, device, order, current, said, turn } = await openCard()
  await turn()
  chat.pressButton(card, '⅓: 1,068.34')
  await until(() => device.approvals.length === 1)
  const message = 'expected at least 0.00001 BTC and 5 USDT, got less'
  await device.report({ type: 'refusal', order: order.id, code: 'size_below_minimum', message })
  await said('Expected at least 0.00001 BTC and 5 USDT')
  await until(() => current()[0]?.[0] === '✅ Approve')
  chat.pressButton(card, '✅ Approve')
  await until(() => device.approvals.length === 2)
})

test('another amount is asked for, and what is no smaller amount is told so', async () => {
  const { chat, card, device, order, said, turn } = await openCard()
  await turn()
  chat.pressButton(card, '✏️ Other amount')
  const question = await said('for how much USDT at most?')
  expect(question.reply_to_message?.message_id).toBe(card.message_id)
  chat.sendText('1,500')
  await said('I cannot read that as one amount')
  chat.sendText('3205.03')
  await said('That is not less')
  expect(device.approvals).toEqual([])
  chat.sendText('150,5 USDT')
  await until(() => device.approvals.length === 1)
  expect(device.approvals).toMatchObject([{ order: order.id, answer: 'less', value: '150.5' }])
  await until(() => chat.messages().every(({ message_id }) => message_id !== question.message_id))
  chat.sendText('150')
  await said('I do not know that one')
  expect(device.approvals).toHaveLength(1)
})

test('Why? answers below the card with values, record and rules, as often as it is asked', async () => {
  const { chat, card, device, order, clock, current } = await openCard()
  device.answer = ({ jti, instruction }) => {
    const answer = answersAt(clock.now() / 1000)
    return instruction.do === 'why' || instruction.do === 'results'
      ? { type: 'answer', to: jti, answer: answer[instruction.do] }
      : null
  }
  for (const times of [1, 2]) {
    chat.pressButton(card, '❓ Why?')
    await until(() => chat.messages().filter(({ text }) => text?.startsWith('❓')).length === times)
  }
  const told = chat.messages().find(({ text }) => text?.startsWith('❓'))
  expect(told?.reply_to_message?.message_id).toBe(card.message_id)
  expect(told?.text).toContain('ema(12) 64010.5 crossed over ema(26) 64002.1')
  expect(told?.text).toContain('All time: −119.5 USDT (−0.34 %), 7 of 11 won')
  const rows = told?.text?.split('\n').filter((line) => line.includes(' of ')) ?? []
  const table = rows.filter((line) => !line.includes('won'))
  expect(table[0]).toBe('One order         320.5 of 500')
  expect(table.map((line) => line.length)).toEqual([30, 30, 30, 30])
  expect(device.commands.map(({ instruction }) => instruction)).toContainEqual({
    do: 'results',
    by: 'period',
    stream: order.stream,
  })
  expect(current()[0], 'the card waits on').toEqual(['✅ Approve'])
  expect(device.approvals).toEqual([])
})

test('a reminder comes once before the end, leads to its card, and is over with it', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  await fixture.device.report(approvalOf(orderOf(7), fixture.clock.now() / 1000 + 400))
  const card = await chat.waitForMessage((message) => message.reply_markup !== undefined)
  const reminders = () => chat.messages().filter(({ text }) => text?.startsWith('⏰'))
  fixture.clock.advance(290_000)
  expect(reminders()).toEqual([])
  fixture.clock.advance(12_000)
  await until(() => reminders().length === 1)
  expect(reminders()[0]).toMatchObject({
    text: expect.stringMatching(/^⏰ Buy 0.05 BTC\? still waits for you, 9\d s left\.$/),
    reply_to_message: { message_id: card.message_id },
  })
  fixture.clock.advance(40_000)
  chat.pressButton(card, '🚫 Decline')
  await until(() => fixture.device.approvals.length === 1)
  await fixture.device.report(stepOf(orderOf(7), 'declined'))
  await until(() => reminders()[0]?.text === '⏰ Over: the card says what became of it.')
  expect(reminders()).toHaveLength(1)
})

test('a part is cut and never rounded up', () => {
  expect(partOf('100', 3)).toBe('33.333333333333')
})

test.each([
  ['150', '150'],
  ['150.5', '150.5'],
  ['150,5 usdt', '150.5'],
  ['0.125', '0.125'],
  ['1,500', null],
  ['1.500', null],
  ['0', null],
  ['-5', null],
  ['1e3', null],
  ['½', null],
  ['150²', null],
  ['\u200e150\u200e', '150'],
])('an amount is read for certain or not at all: %s', (text, value) => {
  expect(readAmount(text)).toBe(value)
})
