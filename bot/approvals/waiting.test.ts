// What waits in one list, and one answer for all of it.
import { expect, test } from 'vitest'
import { approvalOf, orderOf, stepOf } from '../testing/events.ts'
import { openFixture, until } from '../testing/fixture.ts'

async function openCards(changes: readonly Parameters<typeof approvalOf>[2][]) {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const orders = changes.map((_, at) => orderOf(at + 1))
  const expires = (at: number) => fixture.clock.now() / 1000 + 200 + at
  for (const [at, change] of changes.entries())
    await fixture.device.report(approvalOf(orderOf(at + 1), expires(at), change))
  const cards = () => chat.messages().filter(({ photo }) => photo !== undefined)
  await until(() => cards().length === changes.length)
  const said = (words: string) => chat.waitForMessage(({ text }) => text?.includes(words) === true)
  return { ...fixture, chat, orders, said, cards }
}

test('lists what waits, the first to end first, and says when nothing does', async () => {
  const { chat, orders, device, said } = await openCards([{}, { code: 'needed' }])
  chat.sendText('/waiting')
  const list = await said('2 orders wait for you')
  expect(list.text?.match(/may lose 55\.03/g)).toHaveLength(2)
  expect(list.text).toContain('🔐')
  expect(list.reply_markup, 'one alone is answered on its card').toBeUndefined()
  for (const order of orders)
    await device.report(stepOf(order, 'denied', { code: 'trading.state' }))
  await until(() => chat.pinned().length === 0)
  chat.sendText('/waiting')
  await said('Nothing waits for you.')
})

test('all at once is one more question, about exactly these, and never reaches an order that needs a code', async () => {
  const { chat, orders, device, said } = await openCards([{}, {}, { code: 'needed' }])
  chat.sendText('/waiting')
  chat.pressButton(await said('3 orders wait'), 'Approve all…')
  const question = await said('Approve these 2 orders?')
  expect(question.text).toContain('Together at most 6,410.05 USDT, and 110.05 USDT may be lost.')
  expect(question.text).toContain('Not among them: 1 that needs a code.')
  expect(device.approvals, 'nothing before the second answer').toEqual([])
  chat.pressButton(question, 'Approve 2')
  await said('✅ 2 approved')
  await until(() => device.approvals.length === 2)
  expect(device.approvals.map(({ order, answer }) => [order, answer])).toEqual(
    orders.slice(0, 2).map(({ id }) => [id, 'approve']),
  )
})

test('what was replaced between question and yes is left out, and a second yes does nothing', async () => {
  const { chat, orders, device, said, clock, cards } = await openCards([{}, {}])
  chat.sendText('/waiting')
  chat.pressButton(await said('2 orders wait'), 'Approve all…')
  const question = await said('Approve these 2 orders?')
  const [first, second] = orders
  if (first === undefined || second === undefined) throw new Error('there are two')
  await device.report(stepOf(first, 'replaced', { code: 'approval_reduced' }))
  const smaller = orderOf(9, { clientOrderId: first.clientOrderId })
  await device.report(approvalOf(smaller, clock.now() / 1000 + 60))
  await until(() => cards().length === 3)
  chat.pressButton(question, 'Approve 2')
  await said('1 left out')
  await until(() => device.approvals.length > 0)
  expect(device.approvals.map(({ order }) => order)).toEqual([second.id])
  expect(() => chat.pressButton(question, 'Approve 2')).toThrow('no button')
})

test('a card that came to need a code meanwhile is not reached either', async () => {
  const { chat, orders, device, said } = await openCards([{}, {}])
  chat.sendText('/waiting')
  chat.pressButton(await said('2 orders wait'), 'Approve all…')
  const question = await said('Approve these 2 orders?')
  const code = 'approval_code_needed'
  await device.report({ type: 'refusal', order: orders[0]?.id ?? '', code, message: 'a code' })
  await said('Your answer was not taken')
  chat.pressButton(question, 'Approve 2')
  await said('1 left out')
  await until(() => device.approvals.length > 0)
  expect(device.approvals.map(({ order }) => order)).toEqual([orders[1]?.id])
})
