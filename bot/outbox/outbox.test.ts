// Whatever Telegram does, a message arrives, and the token goes nowhere.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createLog, systemClock } from '@keyside/runtime'
import { manualClock, startTelegram } from '@keyside/sandbox'
import { Api } from 'grammy'
import { expect, onTestFinished, test } from 'vitest'
import type { NoticeKind } from '../settings/notice-kinds.ts'
import { nextUnsent, putMessage } from '../store/messages.ts'
import { openStore } from '../store/open.ts'
import { changeSettings } from '../store/settings.ts'
import { approvalOf, orderOf } from '../testing/events.ts'
import {
  BOT_TOKEN,
  type BotFixture,
  OWNER,
  openFixture,
  stopWhenFinished,
  until,
} from '../testing/fixture.ts'
import { Outbox } from './outbox.ts'

/** Resolves when a message with these words is written, sent or not. */
function waits({ home }: BotFixture, words: string): Promise<void> {
  const store = new DatabaseSync(join(home, 'bot.db'))
  onTestFinished(() => store.close())
  const find = store.prepare("SELECT 1 FROM message WHERE content LIKE '%' || ? || '%'")
  return until(() => find.get(words) !== undefined)
}

test.for([
  ['500', 'telegram_unreachable', 1001],
  ['reset', 'telegram_unreachable', 1001],
  ['html-502', 'telegram_unreachable', 1001],
  ['429', 'telegram_limited', 7001],
  ['401', 'telegram_token_refused', 1001],
] as const)('a message survives %s, and the log says %s', async ([name, code, wait]) => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  fixture.telegram.faults.arm({ name, method: 'sendMessage', retryAfter: 7 })
  await fixture.device.report({ type: 'notice', level: 'info', code: 'hello', message: 'hello' })
  await until(() => fixture.log.some((line) => line.includes(code)))
  const isTold = () => chat.messages().some(({ text }) => text?.includes('hello'))
  expect(isTold()).toBe(false)
  fixture.clock.advance(wait - 900)
  // Through the broker and onto the disk: that takes longer than a call that does not pause.
  await fixture.device.report({ type: 'notice', level: 'info', code: 'more', message: 'more' })
  await waits(fixture, 'more')
  expect(isTold(), 'it pauses').toBe(false)
  fixture.clock.advance(900)
  await chat.waitForMessage(({ text }) => text?.includes('hello') === true)
  const said = [...fixture.log, ...fixture.device.tokens].join('\n')
  expect(said).not.toContain(BOT_TOKEN)
  expect(said).not.toContain(BOT_TOKEN.split(':')[1])
})

test('a call that hangs is given up before the trader wonders, and made again', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  fixture.telegram.faults.arm({ name: 'hang', method: 'sendMessage' })
  await fixture.device.report({ type: 'notice', level: 'info', code: 'hello', message: 'hello' })
  await until(() => fixture.telegram.calls.some(({ reason }) => reason === 'hang'))
  fixture.clock.advance(4501)
  await until(() => fixture.log.some((line) => line.includes('telegram_unreachable')))
  await chat.waitForMessage(({ text }) => text?.includes('hello') === true)
})

test('what waits is sent at once when Telegram brings something', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  chat.setBlocked(true)
  await fixture.device.report({ type: 'notice', level: 'info', code: 'hello', message: 'hello' })
  await until(() => fixture.log.some((line) => line.includes('"code":"telegram_blocked"')))
  chat.setBlocked(false)
  chat.sendText('/help')
  await chat.waitForMessage(({ text }) => text?.includes('hello') === true)
})

test('a message waits for an owner who has blocked the bot, and the log says telegram_blocked', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  chat.setBlocked(true)
  await fixture.device.report({ type: 'notice', level: 'info', code: 'hello', message: 'hello' })
  await until(() => fixture.log.some((line) => line.includes('"code":"telegram_blocked"')))
  expect(chat.messages().some(({ text }) => text?.includes('hello'))).toBe(false)
  chat.setBlocked(false)
  fixture.clock.advance(30_001)
  await chat.waitForMessage(({ text }) => text?.includes('hello') === true)
})

test('a card does not wait behind a burst', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  fixture.telegram.faults.arm({ name: '429', method: 'sendMessage', retryAfter: 7 })
  for (let at = 0; at < 30; at += 1)
    await fixture.device.report({
      type: 'notice',
      level: 'info',
      code: `news_${at}`,
      message: 'news',
    })
  await until(() => fixture.log.some((line) => line.includes('telegram_limited')))
  await fixture.device.report(approvalOf(orderOf(7), fixture.clock.now() / 1000 + 60))
  await waits(fixture, 'BTC/USDT')
  fixture.clock.advance(7001)
  await chat.waitForMessage(({ photo }) => photo !== undefined)
  const shown = chat.messages().filter(({ from }) => from?.is_bot)
  const before = shown.slice(
    0,
    shown.findIndex(({ photo }) => photo !== undefined),
  )
  expect(before.filter(({ text }) => text?.includes('news_'))).toEqual([])
})

test('the answer to a halt does not wait behind a burst', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  fixture.device.answer = ({ jti, instruction }) =>
    instruction.do === 'halt' ? { type: 'answer', to: jti, answer: { about: 'done' } } : null
  fixture.telegram.faults.arm({ name: '429', method: 'sendMessage', retryAfter: 7 })
  for (let at = 0; at < 5; at += 1)
    await fixture.device.report({
      type: 'notice',
      level: 'info',
      code: `news_${at}`,
      message: 'news',
    })
  await until(() => fixture.log.some((line) => line.includes('telegram_limited')))
  chat.sendText('STOP')
  await waits(fixture, 'Halted:')
  fixture.clock.advance(7001)
  await chat.waitForMessage(({ text }) => text?.includes('news_0') === true)
  const said = chat.messages().flatMap(({ from, text }) => (from?.is_bot && text ? [text] : []))
  expect(said[1]).toContain('Halted:')
})

/** The outbox alone, with a chat that it may write to. */
async function openOutbox() {
  const telegram = await startTelegram({
    token: BOT_TOKEN,
    botUsername: 'keyside_bot',
    clock: systemClock,
    users: [{ id: OWNER, first_name: 'Owner' }],
  })
  stopWhenFinished(telegram)
  const clock = manualClock()
  const store = openStore(':memory:')
  onTestFinished(() => store.close())
  const lines: string[] = []
  const told: string[] = []
  const deps = {
    store,
    clock,
    log: createLog({
      program: 'bot',
      level: 'debug',
      destination: { write: (line) => lines.push(line) },
    }),
    trace: (_: string, id: string) => told.push(id),
    devices: () => 'one' as const,
    account: () => null,
    api: new Api(BOT_TOKEN, { apiRoot: telegram.address, timeoutSeconds: 0.3 }),
    draw: async () => null,
  }
  const chat = telegram.chat(OWNER)
  chat.sendText('/start')
  const put = (html: string, answers?: number) =>
    putMessage(
      store,
      { chat: OWNER, content: { html }, trace: html, ...(answers && { answers }) },
      0,
    )
  const start = () => {
    const outbox = new Outbox(deps)
    onTestFinished(() => outbox.stop(100))
    outbox.wake()
    return outbox
  }
  const said = () => chat.messages().flatMap(({ from, text = '' }) => (from?.is_bot ? [text] : []))
  const isWarned = () => lines.join('').includes('telegram_unreachable')
  return { telegram, clock, store, lines, told, chat, put, start, said, isWarned }
}

test.for(['hang', 'reset', '500', 'html-502', 'lost-answer'] as const)(
  'a call that met "%s" is made again, and its message is there once',
  async (name) => {
    const { telegram, clock, store, lines, told, put, start, said, isWarned } = await openOutbox()
    put('first')
    const outbox = start()
    await until(() => told.length === 1)
    telegram.faults.arm({ name, method: 'sendMessage' })
    put('second')
    put('third')
    outbox.wake()
    await until(isWarned)
    clock.advance(1001)
    await until(() => told.length === 3)
    expect(said()).toEqual(['first', 'second', 'third'])
    expect(nextUnsent(store)).toBeNull()
    expect(lines.filter((line) => line.includes('telegram_unreachable'))).toHaveLength(1)
    expect(lines.join('')).not.toContain(BOT_TOKEN)
  },
)

test('a message that Telegram had taken when the bot was killed is there once, though the owner wrote meanwhile', async () => {
  const { telegram, told, chat, put, start, said, isWarned } = await openOutbox()
  put('first')
  const killed = start()
  await until(() => told.length === 1)
  chat.sendText('a message with a number of its own')
  telegram.faults.arm({ name: 'lost-answer', method: 'sendMessage' })
  const lost = put('lost')
  killed.wake()
  await until(isWarned)
  await killed.stop(0)
  chat.sendText('another one')
  put('later', lost)
  start()
  await until(() => told.length === 3)
  expect(said()).toEqual(['first', 'lost', 'later'])
  const later = chat.messages().find(({ text }) => text === 'later')
  expect(later?.reply_to_message?.text).toBe('lost')
})

test('looking for a lost message changes no other', async () => {
  const { store, telegram, clock, told, chat, put, start, said, isWarned } = await openOutbox()
  put('first')
  const outbox = start()
  await until(() => told.length === 1)
  telegram.faults.arm({ name: 'reset', method: 'sendMessage' })
  put('second')
  outbox.wake()
  await until(isWarned)
  chat.sendText('of the owner')
  putMessage(store, { chat: OWNER, content: { html: 'urgent' }, trace: 'u', isAnswer: true }, 0)
  clock.advance(1001)
  await until(() => told.length === 3)
  expect(said()).toEqual(['first', 'urgent', 'second'])
  expect(chat.messages().every(({ edit_date }) => edit_date === undefined)).toBe(true)
})

test('a card that somebody deletes comes again as a new message, and its old buttons count no more', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  await fixture.device.report(approvalOf(orderOf(7), fixture.clock.now() / 1000 + 100))
  const card = await chat.waitForMessage(({ reply_markup }) => reply_markup !== undefined)
  chat.deleteMessage(card)
  fixture.clock.advance(30_000)
  const again = await chat.waitForMessage(({ reply_markup }) => reply_markup !== undefined)
  expect(again.message_id).toBeGreaterThan(card.message_id)
  expect(again.photo).toBeDefined()
  chat.pressButton(again, '✅ Approve')
  await until(() => fixture.device.approvals.length === 1)
})

test('a card is pinned for as long as it waits, and nothing but the pin tells of it', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  await fixture.device.report(approvalOf(orderOf(7), fixture.clock.now() / 1000 + 100))
  await until(() => chat.pinned().length === 1)
  const [card] = chat.messages().filter(({ reply_markup }) => reply_markup !== undefined)
  expect(chat.pinned()).toEqual([card?.message_id])
  await until(() => fixture.telegram.calls.some(({ method }) => method === 'deleteMessage'))
  await until(() => chat.messages().every((message) => message.pinned_message === undefined))
  chat.pressButton({ message_id: card?.message_id ?? 0 }, '🚫 Decline')
  await until(() => chat.pinned().length === 0)
})

test('a pin that Telegram does not take costs nothing, and a card that cannot be unpinned is closed all the same', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  fixture.telegram.faults.arm({ name: '500', method: 'pinChatMessage' })
  fixture.telegram.faults.arm({ name: 'reset', method: 'unpinChatMessage' })
  await fixture.device.report(approvalOf(orderOf(7), fixture.clock.now() / 1000 + 100))
  const card = await chat.waitForMessage(({ reply_markup }) => reply_markup !== undefined)
  fixture.clock.advance(20_000)
  await until(() => chat.pinned().length === 1)
  chat.pressButton(card, '🚫 Decline')
  await until(() => fixture.telegram.calls.some(({ reason }) => reason === 'reset'))
  fixture.clock.advance(1_001)
  await chat.waitForMessage(({ caption }) => caption?.includes('Declined') === true)
  expect(chat.pinned()).toEqual([])
})

test('what comes of a kind is silent, or not sent at all, as the trader has chosen when it is sent', async () => {
  const { telegram, store, clock, told, start, said } = await openOutbox()
  const put = (kind: NoticeKind) =>
    putMessage(store, { chat: OWNER, kind, content: { html: kind }, trace: kind }, 0)
  const minute = new Date(clock.now()).getUTCMinutes() + 60 * new Date(clock.now()).getUTCHours()
  const quietHours = { from: minute, to: (minute + 120) % 1440 }
  changeSettings(store, { notices: { refusal: 'off', alert: 'silent', urgent: 'off' } })
  for (const kind of ['refusal', 'alert', 'sale', 'urgent'] as const) put(kind)
  const outbox = start()
  await until(() => told.length === 3)
  changeSettings(store, { quietHours })
  for (const kind of ['fill', 'trading'] as const) put(kind)
  outbox.wake()
  await until(() => told.length === 5)
  expect(said()).toEqual(['alert', 'sale', 'urgent', 'fill', 'trading'])
  const sent = telegram.calls.filter(({ method }) => method === 'sendMessage')
  expect(sent.map(({ payload }) => payload['disable_notification'] === true)).toEqual([
    true,
    false,
    true,
    true,
    false,
  ])
})

test('what wakes it twice in one moment sends a message once', async () => {
  const { told, put, start, said } = await openOutbox()
  const outbox = start()
  put('once')
  outbox.wake()
  await until(() => told.length === 1)
  put('twice')
  outbox.wake()
  await until(() => told.length === 2)
  expect(said()).toEqual(['once', 'twice'])
})
