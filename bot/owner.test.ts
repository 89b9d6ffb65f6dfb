// Who gets an answer from the bot, and how it is claimed.
import { expect, test } from 'vitest'
import { releaseOwner } from './release-owner.ts'
import { approvalOf, orderOf } from './testing/events.ts'
import { OWNER, openFixture, STRANGER, until } from './testing/fixture.ts'

const SENT = new Set(['sendMessage', 'sendPhoto', 'answerCallbackQuery', 'editMessageText'])

test('a stranger, and a message that is not private and plain, meet silence', async () => {
  const fixture = await openFixture()
  await fixture.claim()
  const sent = () => fixture.telegram.calls.filter(({ method }) => SENT.has(method)).length
  const before = sent()
  const owner = { id: OWNER, is_bot: false, first_name: 'Owner' }
  const chat = { id: OWNER, type: 'private' }
  const plain = { message_id: 1, date: Math.floor(fixture.clock.now() / 1000), chat, from: owner }
  const halt = {
    ...plain,
    text: '/halt',
    entities: [{ type: 'bot_command', offset: 0, length: 5 }],
  }
  fixture.telegram.chat(STRANGER).sendText('/halt')
  fixture.telegram.inject({ message: { ...halt, chat: { id: -7, type: 'group' } } })
  fixture.telegram.inject({ message: { ...halt, from: { ...owner, id: STRANGER } } })
  fixture.telegram.inject({ message: { ...halt, from: { ...owner, is_bot: true } } })
  fixture.telegram.inject({ message: { ...halt, forward_origin: { type: 'hidden_user' } } })
  fixture.telegram.inject({ message: { ...halt, sender_chat: chat } })
  fixture.telegram.inject({ edited_message: { ...halt, chat: { id: -7, type: 'group' } } })
  fixture.telegram.inject({ edited_message: { ...halt, forward_origin: { type: 'hidden_user' } } })
  fixture.telegram.inject({ channel_post: { ...halt, chat: { id: -8, type: 'channel' } } })
  await until(() => fixture.log.filter((line) => line.includes('stranger_ignored')).length === 9)
  expect(sent()).toBe(before)
  expect(fixture.device.asked).toEqual([])
  expect(fixture.log.join('')).not.toContain('/halt')
})

test('wrong guesses of a stranger use up the tries of that one user, and the owner still claims', async () => {
  const fixture = await openFixture()
  await fixture.start()
  await until(() => fixture.codes.length === 1)
  const stranger = fixture.telegram.chat(STRANGER)
  for (let tries = 0; tries < 8; tries += 1) stranger.sendText('/start AAAAAAAA')
  stranger.sendText('/start 1')
  stranger.sendText(`/start ${fixture.codes[0]}`)
  await until(() => fixture.log.filter((line) => line.includes('stranger_ignored')).length === 10)
  expect(fixture.log.filter((line) => line.includes('"code":"claim_code_wrong"'))).toHaveLength(5)
  expect(stranger.messages().every(({ from }) => from?.is_bot !== true)).toBe(true)
  const chat = fixture.telegram.chat(OWNER)
  chat.sendText(fixture.codes[0] ?? '')
  await chat.waitForMessage(({ text }) => text?.includes('This bot is yours') === true)
  expect(fixture.codes).toHaveLength(1)
})

test('a code is taken however its command and its letters are cased', async () => {
  const fixture = await openFixture()
  await fixture.start()
  await until(() => fixture.codes.length === 1)
  const chat = fixture.telegram.chat(OWNER)
  chat.sendText(`/Start  ${fixture.codes[0]?.toLowerCase()}`)
  await chat.waitForMessage(({ text }) => text?.includes('This bot is yours') === true)
})

test('a used code claims nothing for anybody else', async () => {
  const fixture = await openFixture()
  await fixture.claim()
  const stranger = fixture.telegram.chat(STRANGER)
  stranger.sendText(`/start ${fixture.codes[0]}`)
  await until(() => fixture.log.some((line) => line.includes('stranger_ignored')))
  expect(stranger.messages()).toHaveLength(1)
})

test('a released bot shows a new code, and neither owner hears more of the other', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const order = orderOf(7)
  await fixture.device.report(approvalOf(order, fixture.clock.now() / 1000 + 600))
  const card = await chat.waitForMessage(({ reply_markup }) => reply_markup !== undefined)
  fixture.telegram.faults.arm({ name: '500', method: 'sendMessage' })
  await fixture.device.report({
    type: 'notice',
    level: 'info',
    code: 'some.code',
    message: 'secret',
  })
  await until(() => fixture.log.some((line) => line.includes('telegram_unreachable')))
  expect(releaseOwner({ database: 'bot.db' }, fixture.home)).toBe(true)
  expect(releaseOwner({ database: 'bot.db' }, fixture.home)).toBe(false)
  fixture.clock.advance(1001)
  await until(() => fixture.codes.length === 2)
  chat.pressButton(card, '✅ Approve')
  chat.sendText('/halt')
  await until(() => fixture.log.filter((line) => line.includes('stranger_ignored')).length === 2)
  const next = fixture.telegram.chat(STRANGER)
  next.sendText(`/start ${fixture.codes[1]}`)
  await next.waitForMessage(({ text }) => text?.includes('This bot is yours') === true)
  expect(chat.messages().some(({ text }) => text?.includes('secret'))).toBe(false)
  expect(next.messages().filter(({ from }) => from?.is_bot)).toHaveLength(1)
  expect(fixture.device.heard.filter((one) => 'approval' in one)).toEqual([])
  expect(fixture.device.asked).toEqual([])
})
