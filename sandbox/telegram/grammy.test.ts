// The contract: an unmodified grammY lives in the sandbox as it lives in Telegram.
import { Bot, GrammyError, HttpError, InlineKeyboard, InputFile, InputMediaBuilder } from 'grammy'
import { expect, test } from 'vitest'
import type { SandboxTelegram } from './start.ts'
import { drawPng } from './testing/png.ts'
import { openChat, openSandbox, TOKEN } from './testing/sandbox.ts'

const picture = drawPng(40, 20, (x) => x * 6)

function createBot(telegram: SandboxTelegram, token = TOKEN): Bot {
  return new Bot(token, { client: { apiRoot: telegram.address } })
}

/** Long polling runs until the returned value is disposed of. */
async function runBot(bot: Bot): Promise<AsyncDisposable> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const running = bot.start({ onStart: () => resolve() })
  await promise
  return {
    async [Symbol.asyncDispose]() {
      await bot.stop()
      await running
    },
  }
}

async function refusalOf(call: Promise<unknown>): Promise<GrammyError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof GrammyError) return error
  throw new Error(`expected a GrammyError, got ${String(error)}`)
}

test('a command sent in the chat reaches its handler by long polling', async () => {
  await using telegram = await openSandbox()
  const bot = createBot(telegram)
  bot.command('status', (ctx) => ctx.reply(`all is well, ${ctx.from?.first_name} ${ctx.match}`))
  await using _running = await runBot(bot)
  const chat = telegram.chat()
  chat.sendText('/status now')
  const reply = await chat.waitForMessage((message) => message.from?.is_bot === true)
  expect(reply.text).toBe('all is well, You now')
  expect(bot.botInfo).toMatchObject({ id: 424242, username: 'keyside_bot', is_bot: true })
})

test('a deep link sends /start with its code once', async () => {
  await using telegram = await openSandbox()
  const bot = createBot(telegram)
  bot.command('start', (ctx) => ctx.reply(`claimed with ${ctx.match}`))
  await using _running = await runBot(bot)
  const chat = telegram.chat()
  expect([chat.followDeepLink('CODE-1'), chat.followDeepLink('CODE-1')]).toEqual([
    'sent',
    'already sent',
  ])
  await chat.waitForMessage((message) => message.text === 'claimed with CODE-1')
  expect(chat.messages()).toHaveLength(2)
})

test('a pressed button is answered with a toast and the card turns into its result', async () => {
  await using telegram = await openSandbox()
  const bot = createBot(telegram)
  bot.callbackQuery('yes-1', async (ctx) => {
    await ctx.answerCallbackQuery({ text: 'sending the order' })
    await ctx.editMessageCaption({ caption: '<b>Approved</b>', parse_mode: 'HTML' })
  })
  await using _running = await runBot(bot)
  const chat = openChat(telegram)
  const keyboard = new InlineKeyboard().text('Approve', 'yes-1').text('Decline', 'no-1')
  const card = await bot.api.sendPhoto(chat.user.id, new InputFile(picture, 'chart.png'), {
    caption: 'Buy <b>0.01</b> BTC/USDT?',
    parse_mode: 'HTML',
    reply_markup: keyboard,
  })
  expect(card.photo).toMatchObject([{ width: 40, height: 20, file_size: picture.length }])
  const query = chat.pressButton(card, 'Approve')
  expect(await chat.waitForAnswer(query)).toMatchObject({ text: 'sending the order' })
  const edited = await chat.waitForMessage((message) => message.caption === 'Approved')
  expect(edited.message_id).toBe(card.message_id)
  expect(edited.reply_markup, 'an edit without a keyboard takes it away').toBeUndefined()
  expect(edited.caption_entities).toEqual([{ type: 'bold', offset: 0, length: 8 }])
  expect(() => chat.pressButton(card, 'Approve')).toThrow('no button "Approve"')
})

test('an uploaded photo can be downloaded, sent again and replaced', async () => {
  await using telegram = await openSandbox()
  const { api } = createBot(telegram)
  const { user } = openChat(telegram)
  const sent = await api.sendPhoto(user.id, new InputFile(picture, 'chart.png'))
  const file = await api.getFile(sent.photo[0]?.file_id ?? '')
  const bytes = await fetch(`${telegram.address}/file/bot${TOKEN}/${file.file_path}`)
  expect(Buffer.from(await bytes.arrayBuffer())).toEqual(picture)
  const again = await api.sendPhoto(user.id, file.file_id, { caption: 'again' })
  const other = new InputFile(drawPng(10, 10, () => 9))
  const replaced = await api.editMessageMedia(
    user.id,
    again.message_id,
    InputMediaBuilder.photo(other, { caption: 'new' }),
  )
  expect(replaced).toMatchObject({ caption: 'new', photo: [{ width: 10 }] })
  const call = telegram.calls.find(({ method }) => method === 'sendPhoto')
  expect(call?.files).toEqual([{ name: 'chart.png', size: picture.length }])
})

test('texts, keyboards and whole messages can be changed and removed', async () => {
  await using telegram = await openSandbox()
  const { api } = createBot(telegram)
  const { user, messages } = {
    user: telegram.chat().user,
    messages: () => telegram.chat().messages(),
  }
  openChat(telegram)
  const { message_id } = await api.sendMessage(user.id, 'one')
  await api.editMessageText(user.id, message_id, 'two')
  const keyboard = new InlineKeyboard().url('docs', 'https://example.org/').row().text('a', 'b')
  await api.editMessageReplyMarkup(user.id, message_id, { reply_markup: keyboard })
  expect(messages().at(-1)).toMatchObject({
    text: 'two',
    edit_date: 1_700_000_000,
    reply_markup: { inline_keyboard: keyboard.inline_keyboard },
  })
  await api.deleteMessage(user.id, message_id)
  expect(messages()).toHaveLength(1)
  const gone = await refusalOf(api.deleteMessage(user.id, message_id))
  expect(gone.description).toBe('Bad Request: message to delete not found')
})

test('a message is pinned and unpinned, and what a person deletes can be edited no more', async () => {
  await using telegram = await openSandbox()
  const { api } = createBot(telegram)
  const chat = openChat(telegram)
  const chatId = chat.user.id
  const card = await api.sendMessage(chatId, 'a card')
  await api.pinChatMessage(chatId, card.message_id, { disable_notification: true })
  expect(chat.pinned()).toEqual([card.message_id])
  const service = chat.messages().at(-1)
  expect(service?.pinned_message?.message_id).toBe(card.message_id)
  const updates = await api.getUpdates()
  expect(updates.at(-1)?.message?.message_id, 'the bot hears of it').toBe(service?.message_id)
  await api.unpinChatMessage(chatId, card.message_id)
  expect(chat.pinned()).toEqual([])
  await api.pinChatMessage(chatId, card.message_id)
  chat.deleteMessage(card)
  expect(chat.pinned(), 'what is gone is pinned no more').toEqual([])
  const refused = await Promise.all([
    refusalOf(api.editMessageText(chatId, card.message_id, 'b')),
    refusalOf(api.pinChatMessage(chatId, card.message_id)),
    refusalOf(api.unpinChatMessage(chatId)),
  ])
  expect(refused.map(({ description }) => description)).toEqual([
    'Bad Request: message to edit not found',
    'Bad Request: message to pin not found',
    'Bad Request: message to unpin not found',
  ])
})

test('commands set by the bot are read back and checked', async () => {
  await using telegram = await openSandbox()
  const { api } = createBot(telegram)
  const commands = [{ command: 'halt', description: 'Stop all trading now' }]
  await api.setMyCommands(commands)
  expect(await api.getMyCommands()).toEqual(commands)
  const bad = await refusalOf(api.setMyCommands([{ command: 'No Go', description: 'x' }]))
  expect(bad.description).toBe('Bad Request: BOT_COMMAND_INVALID')
  const empty = await refusalOf(api.setMyCommands([{ command: 'go', description: ' ' }]))
  expect(empty.description).toBe('Bad Request: BOT_COMMAND_DESCRIPTION_INVALID')
})

test('a second poller ends the first with 409', async () => {
  await using telegram = await openSandbox()
  const first = createBot(telegram).api.getUpdates({ timeout: 30 })
  const refused = refusalOf(first)
  await expect.poll(() => telegram.calls.length).toBe(1)
  await createBot(telegram).api.getUpdates({ timeout: 0 })
  expect(await refused).toMatchObject({
    error_code: 409,
    description:
      'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
  })
})

test('an update is repeated until a later offset confirms it', async () => {
  await using telegram = await openSandbox({ updateIdStart: 900 })
  const { api } = createBot(telegram)
  const chat = telegram.chat()
  chat.sendText('one')
  chat.sendText('two')
  const ids = async (offset?: number) =>
    (await api.getUpdates(offset === undefined ? {} : { offset })).map((one) => one.update_id)
  expect(await ids()).toEqual([900, 901])
  expect(await ids()).toEqual([900, 901])
  expect(await ids(901)).toEqual([901])
  expect(await ids(902)).toEqual([])
})

test('kinds the bot did not ask for are not delivered', async () => {
  await using telegram = await openSandbox()
  const { api } = createBot(telegram)
  await api.getUpdates({ allowed_updates: ['callback_query'] })
  telegram.chat().sendText('unheard')
  expect(await api.getUpdates()).toEqual([])
  expect(await api.getWebhookInfo()).toMatchObject({ allowed_updates: ['callback_query'] })
})

test('a wrong token is unauthorized and a malformed one not found', async () => {
  await using telegram = await openSandbox()
  const wrong = await refusalOf(createBot(telegram, '424242:other').api.getMe())
  expect([wrong.error_code, wrong.description]).toEqual([401, 'Unauthorized'])
  const malformed = await refusalOf(createBot(telegram, 'nonsense').api.getMe())
  expect([malformed.error_code, malformed.description]).toEqual([404, 'Not Found'])
})

test('an armed 429 says how long to wait and is used up', async () => {
  await using telegram = await openSandbox()
  const { api } = createBot(telegram)
  const { user } = openChat(telegram)
  telegram.faults.arm({ name: '429', method: 'sendMessage', retryAfter: 7 })
  const refused = await refusalOf(api.sendMessage(user.id, 'first'))
  expect(refused).toMatchObject({
    error_code: 429,
    description: 'Too Many Requests: retry after 7',
    parameters: { retry_after: 7 },
  })
  await api.sendMessage(user.id, 'second')
  expect(
    telegram
      .chat()
      .messages()
      .map((message) => message.text),
  ).toEqual(['hello', 'second'])
  expect(telegram.calls.map(({ outcome }) => outcome)).toEqual(['fault', 'answered'])
})

test.for([
  ['401', GrammyError],
  ['500', GrammyError],
  ['html-502', HttpError],
  ['reset', HttpError],
] as const)(
  'the fault %s does nothing and reaches grammY as its own error',
  async ([name, kind]) => {
    await using telegram = await openSandbox()
    const { user } = openChat(telegram)
    telegram.faults.arm({ name })
    await expect(createBot(telegram).api.sendMessage(user.id, 'x')).rejects.toBeInstanceOf(kind)
    expect(telegram.chat().messages()).toHaveLength(1)
  },
)

test('the fault lost-answer does the work and cuts the connection', async () => {
  await using telegram = await openSandbox()
  const { user } = openChat(telegram)
  telegram.faults.arm({ name: 'lost-answer', method: 'sendMessage' })
  await expect(createBot(telegram).api.sendMessage(user.id, 'done')).rejects.toBeInstanceOf(
    HttpError,
  )
  expect(telegram.chat().messages().at(-1)?.text).toBe('done')
})

test('the fault hang leaves the caller waiting until it gives up', async () => {
  await using telegram = await openSandbox()
  telegram.faults.arm({ name: 'hang', method: 'getMe' })
  const patience = AbortSignal.timeout(150)
  const call = fetch(`${telegram.address}/bot${TOKEN}/getMe`, { signal: patience })
  await expect(call).rejects.toThrow('timeout')
})

test('a bot may not write to a chat it never met, nor to one that blocked it', async () => {
  await using telegram = await openSandbox()
  const { api } = createBot(telegram)
  const unknown = await refusalOf(api.sendMessage(1001, 'hi'))
  expect(unknown.description).toBe('Bad Request: chat not found')
  const chat = openChat(telegram)
  chat.setBlocked(true)
  const blocked = await refusalOf(api.sendMessage(1001, 'hi'))
  expect([blocked.error_code, blocked.description]).toEqual([
    403,
    'Forbidden: bot was blocked by the user',
  ])
  chat.setBlocked(false)
  await api.sendMessage(1001, 'hi')
})

test('a forged update is delivered once as it is, even with a used id', async () => {
  await using telegram = await openSandbox({ updateIdStart: 50 })
  const { api } = createBot(telegram)
  await api.getUpdates({ offset: 100 })
  const forged = {
    update_id: 3,
    message: {
      message_id: 9,
      date: 1,
      chat: { id: -77, type: 'group' },
      from: { id: 666, is_bot: false, first_name: 'Mallory' },
      text: '/halt',
    },
  }
  telegram.inject(forged)
  expect(await api.getUpdates({ offset: 100 })).toEqual([forged])
  expect(await api.getUpdates({ offset: 100 })).toEqual([])
  await api.sendMessage(-77, 'an answer to a stranger is possible and would be seen in calls')
})

test('a waiting poller receives a message at once', async () => {
  await using telegram = await openSandbox()
  const waiting = createBot(telegram).api.getUpdates({ timeout: 30 })
  await expect.poll(() => telegram.calls.length).toBe(1)
  telegram.chat().sendText('wake')
  expect(await waiting).toMatchObject([{ message: { text: 'wake' } }])
})
