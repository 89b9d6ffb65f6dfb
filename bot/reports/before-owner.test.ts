// Approvals from before the claim are shown at the claim, as long as they can be answered.
import { expect, test } from 'vitest'
import { approvalOf, orderOf, stepOf } from '../testing/events.ts'
import { allTaken, type BotFixture, OWNER, openFixture, until } from '../testing/fixture.ts'

const NO_CHART = { candles: [] }

/** A running bot without an owner; `claim` claims it. */
async function openUnclaimed() {
  const fixture = await openFixture()
  const bot = await fixture.start()
  await until(() => fixture.codes.length > 0)
  const claim = async () => {
    await allTaken(fixture)
    const chat = fixture.telegram.chat(OWNER)
    chat.sendText(`/start ${fixture.codes.at(-1)}`)
    await chat.waitForMessage(({ text }) => text?.includes('This bot is yours') === true)
    chat.sendText('/help')
    await chat.waitForMessage(({ text }) => text?.includes('From here you can') === true)
    return chat
  }
  return { ...fixture, bot, claim }
}

const cards = (chat: Awaited<ReturnType<BotFixture['claim']>>) =>
  chat.messages().filter(({ reply_markup }) => reply_markup !== undefined)

test('a question that came before the claim becomes a card, and its answer counts', async () => {
  const fixture = await openUnclaimed()
  const order = orderOf(7)
  await fixture.device.report(approvalOf(order, fixture.clock.now() / 1000 + 60, NO_CHART))
  fixture.clock.advance(2_000)
  const chat = await fixture.claim()
  const [card] = cards(chat)
  expect(card?.text).toContain('Buy 0.05 BTC for')
  expect(card?.text).toMatch(/over [1-5]0 s left/)
  if (card === undefined) throw new Error('no card')
  chat.pressButton(card, '✅ Approve')
  await until(() => fixture.device.approvals.length === 1)
  expect(fixture.device.approvals).toMatchObject([{ order: order.id, answer: 'approve' }])
})

test('it outlives a restart of the bot that nobody owns yet', async () => {
  const fixture = await openUnclaimed()
  await fixture.device.report(approvalOf(orderOf(7), fixture.clock.now() / 1000 + 60, NO_CHART))
  await allTaken(fixture)
  await fixture.bot.stop()
  await fixture.start()
  await until(() => fixture.codes.length > 1)
  expect(cards(await fixture.claim())).toHaveLength(1)
})

test('what is over, or went another way, is not told to whoever comes later', async () => {
  const fixture = await openUnclaimed()
  const now = fixture.clock.now() / 1000
  const [late, left, waits] = [orderOf(1), orderOf(2), orderOf(3)]
  await fixture.device.report(approvalOf(late, now + 10, NO_CHART))
  await fixture.device.report(approvalOf(left, now + 600, NO_CHART))
  const superseded = { code: 'entry_superseded', message: 'the strategy has left' }
  await fixture.device.report(stepOf(left, 'denied', superseded))
  const { stream, market } = left
  await fixture.device.report({
    type: 'refusal',
    kind: 'exit',
    stream,
    market,
    code: 'market_unknown',
    message: 'it is gone',
  })
  await fixture.device.report({ type: 'state', state: 'paused', by: 'device' })
  await fixture.device.report({ type: 'state', state: 'running', by: 'device' })
  await fixture.device.report(approvalOf(waits, now + 600, NO_CHART))
  fixture.clock.advance(11_000)
  const chat = await fixture.claim()
  expect(cards(chat)).toHaveLength(1)
  const told = chat.messages().map(({ text, caption }) => text ?? caption ?? '')
  expect(told.join('\n')).not.toMatch(/🛑|paused|Over\./i)
})

test('a halt from before the claim is told at the claim', async () => {
  const fixture = await openUnclaimed()
  await fixture.device.report({ type: 'state', state: 'halted', by: 'key_can_withdraw' })
  const chat = await fixture.claim()
  const told = chat.messages().map(({ text = '' }) => text)
  expect(told.some((text) => text.includes('Trading is halted by key_can_withdraw'))).toBe(true)
})
