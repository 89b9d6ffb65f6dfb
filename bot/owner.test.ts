// Who may speak to the bot, and how it is claimed.
import { expect, test } from 'vitest'
import { releaseOwner } from './release-owner.ts'
import { approvalOf, orderOf } from './testing/events.ts'
import { OWNER, openRig, STRANGER, until } from './testing/rig.ts'

const SENT = new Set(['sendMessage', 'sendPhoto', 'answerCallbackQuery', 'editMessageText'])

test('a stranger, and a message that is not private and plain, meet silence', async () => {
  const rig = await openRig()
  await rig.claim()
  const sent = () => rig.telegram.calls.filter(({ method }) => SENT.has(method)).length
  const before = sent()
  const owner = { id: OWNER, is_bot: false, first_name: 'Owner' }
  const chat = { id: OWNER, type: 'private' }
  const plain = { message_id: 1, date: Math.floor(rig.clock.now() / 1000), chat, from: owner }
  const halt = {
    ...plain,
    text: '/halt',
    entities: [{ type: 'bot_command', offset: 0, length: 5 }],
  }
  rig.telegram.chat(STRANGER).sendText('/halt')
  rig.telegram.inject({ message: { ...halt, chat: { id: -7, type: 'group' } } })
  rig.telegram.inject({ message: { ...halt, from: { ...owner, id: STRANGER } } })
  rig.telegram.inject({ message: { ...halt, from: { ...owner, is_bot: true } } })
  rig.telegram.inject({ message: { ...halt, forward_origin: { type: 'hidden_user' } } })
  rig.telegram.inject({ message: { ...halt, sender_chat: chat } })
  rig.telegram.inject({ edited_message: { ...halt, chat: { id: -7, type: 'group' } } })
  rig.telegram.inject({ edited_message: { ...halt, forward_origin: { type: 'hidden_user' } } })
  rig.telegram.inject({ channel_post: { ...halt, chat: { id: -8, type: 'channel' } } })
  await until(() => rig.log.filter((line) => line.includes('stranger_ignored')).length === 9)
  expect(sent()).toBe(before)
  expect(rig.device.asked).toEqual([])
  expect(rig.log.join('')).not.toContain('/halt')
})

test('a stranger who guesses uses up his own tries, and the owner still claims', async () => {
  const rig = await openRig()
  await rig.start()
  await until(() => rig.codes.length === 1)
  const stranger = rig.telegram.chat(STRANGER)
  for (let tries = 0; tries < 8; tries += 1) stranger.sendText('/start AAAAAAAA')
  stranger.sendText('/start 1')
  stranger.sendText(`/start ${rig.codes[0]}`)
  await until(() => rig.log.filter((line) => line.includes('stranger_ignored')).length === 10)
  expect(rig.log.filter((line) => line.includes('"code":"claim_code_wrong"'))).toHaveLength(5)
  expect(stranger.messages().every(({ from }) => from?.is_bot !== true)).toBe(true)
  const chat = rig.telegram.chat(OWNER)
  chat.sendText(rig.codes[0] ?? '')
  await chat.waitForMessage(({ text }) => text?.includes('This bot is yours') === true)
  expect(rig.codes).toHaveLength(1)
})

test('a code is taken however its command and its letters are cased', async () => {
  const rig = await openRig()
  await rig.start()
  await until(() => rig.codes.length === 1)
  const chat = rig.telegram.chat(OWNER)
  chat.sendText(`/Start  ${rig.codes[0]?.toLowerCase()}`)
  await chat.waitForMessage(({ text }) => text?.includes('This bot is yours') === true)
})

test('a used code claims nothing for anybody else', async () => {
  const rig = await openRig()
  await rig.claim()
  const stranger = rig.telegram.chat(STRANGER)
  stranger.sendText(`/start ${rig.codes[0]}`)
  await until(() => rig.log.some((line) => line.includes('stranger_ignored')))
  expect(stranger.messages()).toHaveLength(1)
})

test('a released bot shows a new code, and neither owner hears more of the other', async () => {
  const rig = await openRig()
  const chat = await rig.claim()
  const order = orderOf(7)
  await rig.device.report(approvalOf(order, rig.clock.now() / 1000 + 600))
  const card = await chat.waitForMessage(({ reply_markup }) => reply_markup !== undefined)
  rig.telegram.faults.arm({ name: '500', method: 'sendMessage' })
  await rig.device.report({ type: 'notice', level: 'info', code: 'some.code', message: 'secret' })
  await until(() => rig.log.some((line) => line.includes('telegram_unreachable')))
  expect(releaseOwner({ database: 'bot.db' }, rig.home)).toBe(true)
  expect(releaseOwner({ database: 'bot.db' }, rig.home)).toBe(false)
  rig.clock.advance(1001)
  await until(() => rig.codes.length === 2)
  chat.pressButton(card, '✅ Approve')
  chat.sendText('/halt')
  await until(() => rig.log.filter((line) => line.includes('stranger_ignored')).length === 2)
  const next = rig.telegram.chat(STRANGER)
  next.sendText(`/start ${rig.codes[1]}`)
  await next.waitForMessage(({ text }) => text?.includes('This bot is yours') === true)
  expect(chat.messages().some(({ text }) => text?.includes('secret'))).toBe(false)
  expect(next.messages().filter(({ from }) => from?.is_bot)).toHaveLength(1)
  expect(rig.device.heard.filter((one) => 'approval' in one)).toEqual([])
  expect(rig.device.asked).toEqual([])
})
