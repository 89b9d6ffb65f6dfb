// What the sandbox refuses, in Telegram's words.
import { expect, test } from 'vitest'
import { manualClock, stoppedClock } from '../market/manual-clock.ts'
import { METHODS } from './methods.ts'
import OFFICIAL from './official/bot-api.json' with { type: 'json' }
import { TELEGRAM_REFUSALS } from './refusals.ts'
import type { SandboxTelegram } from './start.ts'
import { drawPng } from './testing/png.ts'
import { callRaw, openChat, openSandbox, TOKEN } from './testing/sandbox.ts'

const keyboard = (button: object) => ({ inline_keyboard: [[button]] })
const base = { chat_id: 1001, text: 'x' }

test.for<[why: string, method: string, body: Record<string, unknown>, sentence: string]>([
  ['an unknown method', 'sendTelepathy', {}, 'Not Found'],
  [
    'a parameter of the wrong type',
    'sendMessage',
    { ...base, disable_notification: 'yes' },
    'Bad Request: parameter "disable_notification" is invalid: Invalid input: expected boolean, received string',
  ],
  [
    'a missing parameter',
    'answerCallbackQuery',
    {},
    'Bad Request: parameter "callback_query_id" is required',
  ],
  ['no chat', 'sendMessage', { text: 'x' }, 'Bad Request: chat_id is empty'],
  ['an empty text', 'sendMessage', { ...base, text: '  ' }, 'Bad Request: message text is empty'],
  [
    'a text of 4097 characters',
    'sendMessage',
    { ...base, text: 'x'.repeat(4097) },
    'Bad Request: message is too long',
  ],
  [
    'a text of 4098 UTF-16 code units',
    'sendMessage',
    { ...base, text: '😀'.repeat(2049) },
    'Bad Request: message is too long',
  ],
  [
    'half of a surrogate pair',
    'sendMessage',
    { ...base, text: 'x\ud83d' },
    'Bad Request: strings must be encoded in UTF-8',
  ],
  [
    'half of a surrogate pair on a button',
    'sendMessage',
    { ...base, reply_markup: keyboard({ text: '\ude00', callback_data: 'a' }) },
    'Bad Request: strings must be encoded in UTF-8',
  ],
  [
    'an unknown parse mode',
    'sendMessage',
    { ...base, parse_mode: 'BBCode' },
    'Bad Request: unsupported parse_mode',
  ],
  [
    'broken HTML',
    'sendMessage',
    { ...base, text: 'é<p>', parse_mode: 'HTML' },
    'Bad Request: can\'t parse entities: Unsupported start tag "p" at byte offset 2',
  ],
  [
    'an entity outside of the text',
    'sendMessage',
    { ...base, entities: [{ type: 'bold', offset: 0, length: 2 }] },
    'Bad Request: can\'t parse entities: entity "bold" is outside of the text',
  ],
  [
    'empty button data',
    'sendMessage',
    { ...base, reply_markup: keyboard({ text: 'a', callback_data: '' }) },
    'Bad Request: BUTTON_DATA_INVALID',
  ],
  [
    'button data of 65 bytes',
    'sendMessage',
    { ...base, reply_markup: keyboard({ text: 'a', callback_data: `${'é'.repeat(32)}x` }) },
    'Bad Request: BUTTON_DATA_INVALID',
  ],
  [
    'a button with two actions',
    'sendMessage',
    { ...base, reply_markup: keyboard({ text: 'a', callback_data: 'b', url: 'https://a.b' }) },
    "Bad Request: can't parse inline keyboard button: exactly one action per button is allowed",
  ],
  [
    'a button with a script for a link',
    'sendMessage',
    { ...base, reply_markup: keyboard({ text: 'a', url: 'javascript:alert(1)' }) },
    "Bad Request: inline keyboard button URL 'javascript:alert(1)' is invalid",
  ],
  [
    'a reply to nothing',
    'sendMessage',
    { ...base, reply_parameters: { message_id: 99 } },
    'Bad Request: message to be replied not found',
  ],
  [
    'a photo without a photo',
    'sendPhoto',
    { chat_id: 1001 },
    'Bad Request: there is no photo in the request',
  ],
  [
    'a photo from the internet',
    'sendPhoto',
    { chat_id: 1001, photo: 'https://example.org/a.png' },
    'Bad Request: wrong file identifier/HTTP URL specified',
  ],
  [
    'an edit of nothing',
    'editMessageText',
    { ...base, message_id: 99 },
    'Bad Request: message to edit not found',
  ],
  [
    "an edit of somebody else's message",
    'editMessageText',
    { ...base, message_id: 1 },
    "Bad Request: message can't be edited",
  ],
  [
    'an edit that names no message',
    'editMessageText',
    base,
    'Bad Request: message identifier is not specified',
  ],
  [
    'an answer to a press that never was',
    'answerCallbackQuery',
    { callback_query_id: '1' },
    'Bad Request: query is too old and response timeout expired or query ID is invalid',
  ],
  [
    'a toast of 201 characters',
    'answerCallbackQuery',
    { callback_query_id: '1', text: 'x'.repeat(201) },
    'Bad Request: MESSAGE_TOO_LONG',
  ],
  ['a file that never was', 'getFile', { file_id: 'x' }, 'Bad Request: invalid file_id'],
])('refuses %s', async ([, method, body, sentence]) => {
  await using telegram = await openSandbox()
  openChat(telegram)
  const answer = await callRaw(telegram, method, body)
  const error_code = sentence === 'Not Found' ? 404 : 400
  expect(answer).toEqual({ ok: false, error_code, description: sentence })
  expect(telegram.calls).toMatchObject([{ method, outcome: 'refused', reason: sentence }])
  expect(telegram.chat().messages()).toHaveLength(1)
})

test('allows exactly 4096 code units of text and 64 bytes of button data', async () => {
  await using telegram = await openSandbox()
  openChat(telegram)
  const reply_markup = keyboard({ text: 'a', callback_data: 'é'.repeat(32) })
  const body = { chat_id: '1001', text: '😀'.repeat(2048), reply_markup }
  expect(await callRaw(telegram, 'sendMessage', body)).toMatchObject({ ok: true })
})

test('leaves out what Telegram does not know, and notes it', async () => {
  await using telegram = await openSandbox()
  openChat(telegram)
  const reply_markup = keyboard({ text: 'a', callback_data: 'b', hide: false })
  const body = { ...base, parse_moed: 'HTML', reply_markup }
  expect(await callRaw(telegram, 'sendMessage', body)).toMatchObject({ ok: true })
  const allowed_updates = ['message', 'an_update_of_tomorrow']
  expect(await callRaw(telegram, 'getUpdates', { allowed_updates })).toMatchObject({ ok: true })
  expect(telegram.chat().messages().at(-1)?.reply_markup).toEqual(
    keyboard({ text: 'a', callback_data: 'b' }),
  )
  expect(telegram.calls.map(({ warnings }) => warnings)).toEqual([
    ['unknown parameter "parse_moed"', 'unknown parameter "reply_markup.inline_keyboard.0.0.hide"'],
    undefined,
  ])
})

test('reads a path with an encoded colon, and the name of a method in any case', async () => {
  await using telegram = await openSandbox()
  const { user } = openChat(telegram)
  const token = TOKEN.replace(':', '%3A')
  const get = async (path: string) => fetch(`${telegram.address}/${path}`)
  expect(await (await get(`bot${token}/getme`)).json()).toMatchObject({ ok: true })
  const photo = await sendPhoto(
    telegram,
    drawPng(2, 2, () => 0),
    {},
  )
  expect(photo).toMatchObject({ ok: true, result: { chat: { id: user.id } } })
  const { file_id } = telegram.chat().messages().at(-1)?.photo?.[0] ?? {}
  const { result } = await callRaw(telegram, 'getFile', { file_id })
  const { file_path } = result as { file_path: string }
  expect((await get(`file/bot${token}/${file_path}`)).status).toBe(200)
  expect((await get(`bot${token}%zz/getMe`)).status).toBe(404)
  expect(telegram.calls.map(({ method }) => method).slice(0, 3)).toEqual([
    'getMe',
    'sendPhoto',
    'getFile',
  ])
})

test.for<[how: string, type: string, body: string | Buffer]>([
  ['JSON', 'application/json', Buffer.from('{"chat_id":1001,"text":"x\xff"}', 'latin1')],
  ['a URL-encoded form', 'application/x-www-form-urlencoded', 'chat_id=1001&text=x%ED%A0%BD'],
  [
    'a form in parts',
    'multipart/form-data; boundary=b',
    Buffer.from(
      '--b\r\nContent-Disposition: form-data; name="chat_id"\r\n\r\n1001\r\n--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nx\xed\xa0\xbd\r\n--b--\r\n',
      'latin1',
    ),
  ],
])('refuses bytes that are no UTF-8 in %s, and takes U+FFFD', async ([, type, body]) => {
  await using telegram = await openSandbox()
  openChat(telegram)
  const send = async (bytes: string | Buffer) => {
    const url = `${telegram.address}/bot${TOKEN}/sendMessage`
    const headers = { 'content-type': type }
    const init = { method: 'POST', headers, body: new Uint8Array(Buffer.from(bytes)) }
    return (await fetch(url, init)).json()
  }
  expect(await send(body)).toMatchObject({
    description: 'Bad Request: strings must be encoded in UTF-8',
  })
  const whole =
    typeof body === 'string'
      ? body.replace('%ED%A0%BD', '%EF%BF%BD')
      : Buffer.from(body.toString('latin1').replace(/x[\x80-\xff]+/, 'x\xef\xbf\xbd'), 'latin1')
  expect(await send(whole)).toMatchObject({ ok: true, result: { text: 'x\ufffd' } })
})

test('refuses an edit that changes nothing and one of the wrong kind', async () => {
  await using telegram = await openSandbox()
  openChat(telegram)
  await callRaw(telegram, 'sendMessage', { ...base, text: '<b>x</b>', parse_mode: 'HTML' })
  const same = { ...base, message_id: 2, text: ' <b>x</b> ', parse_mode: 'HTML' }
  expect(await callRaw(telegram, 'editMessageText', same)).toMatchObject({
    description: TELEGRAM_REFUSALS.notModified[1],
  })
  expect(
    await callRaw(telegram, 'editMessageCaption', { chat_id: 1001, message_id: 2, caption: 'x' }),
  ).toMatchObject({ description: 'Bad Request: there is no caption in the message to edit' })
})

test('answers a press once, and not after its time', async () => {
  const clock = manualClock(stoppedClock(1_700_000_000_000))
  await using telegram = await openSandbox({ clock })
  const chat = openChat(telegram)
  const reply_markup = keyboard({ text: 'Approve', callback_data: 'a' })
  await callRaw(telegram, 'sendMessage', { ...base, reply_markup })
  const answer = async (callback_query_id: string) =>
    (await callRaw(telegram, 'answerCallbackQuery', { callback_query_id }))['ok']
  const first = chat.pressButton({ message_id: 2 }, 'a')
  expect([await answer(first), await answer(first)]).toEqual([true, false])
  const late = chat.pressButton({ message_id: 2 }, 'a')
  clock.advance(31_000)
  expect(await answer(late)).toBe(false)
})

test('refuses to delete a message after two days', async () => {
  const clock = manualClock(stoppedClock(1_700_000_000_000))
  await using telegram = await openSandbox({ clock })
  openChat(telegram)
  clock.advance(49 * 3600 * 1000)
  expect(await callRaw(telegram, 'deleteMessage', { chat_id: 1001, message_id: 1 })).toMatchObject({
    description: "Bad Request: message can't be deleted for everyone",
  })
})

async function sendPhoto(
  telegram: SandboxTelegram,
  bytes: Buffer,
  fields: Record<string, string> = {},
): Promise<unknown> {
  openChat(telegram)
  const form = new FormData()
  form.set('chat_id', '1001')
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  form.set('photo', new Blob([new Uint8Array(bytes)]), 'chart.png')
  const url = `${telegram.address}/bot${TOKEN}/sendPhoto`
  return (await fetch(url, { method: 'POST', body: form })).json()
}

test.for<[why: string, bytes: Buffer, fields: Record<string, string>, sentence: string]>([
  ['a photo that is none', Buffer.from('not a picture, only words'), {}, 'IMAGE_PROCESS_FAILED'],
  ['a photo as thin as a line', drawPng(100, 2, () => 0), {}, 'PHOTO_INVALID_DIMENSIONS'],
  [
    'a caption of 1025 characters',
    drawPng(2, 2, () => 0),
    { caption: 'x'.repeat(1025) },
    'message caption is too long',
  ],
])('refuses %s', async ([, bytes, fields, sentence]) => {
  await using telegram = await openSandbox()
  expect(await sendPhoto(telegram, bytes, fields)).toEqual({
    ok: false,
    error_code: 400,
    description: `Bad Request: ${sentence}`,
  })
})

test('reads numbers, booleans and objects from a form', async () => {
  const reply_markup = JSON.stringify(keyboard({ text: 'a', callback_data: 'b' }))
  const fields = { protect_content: 'true', reply_markup, caption: '12' }
  await using telegram = await openSandbox()
  const answer = await sendPhoto(
    telegram,
    drawPng(2, 2, () => 0),
    fields,
  )
  expect(answer).toMatchObject({ ok: true, result: { caption: '12', has_protected_content: true } })
  const refused = await callRaw(telegram, 'editMessageText', { ...base, message_id: 2 })
  expect(refused).toMatchObject({
    description: 'Bad Request: there is no text in the message to edit',
  })
})

test('reads parameters from the query and from a URL-encoded form', async () => {
  await using telegram = await openSandbox()
  openChat(telegram)
  const url = `${telegram.address}/bot${TOKEN}/sendMessage`
  const query = await fetch(`${url}?chat_id=1001&text=7`)
  const form = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ chat_id: '1001', text: '8' }),
  })
  expect([query.status, form.status]).toEqual([200, 200])
  expect(
    telegram
      .chat()
      .messages()
      .map(({ text }) => text),
  ).toEqual(['hello', '7', '8'])
})

test('refuses a body that is neither JSON nor a form', async () => {
  await using telegram = await openSandbox()
  const send = async (type: string, body: string) => {
    const headers = { 'content-type': type }
    const url = `${telegram.address}/bot${TOKEN}/getMe`
    return (await fetch(url, { method: 'POST', headers, body })).json()
  }
  expect(await send('application/json', '[1]')).toMatchObject({
    description: "Bad Request: can't parse the request body: expected a JSON object",
  })
  expect(await send('text/csv', 'a,b')).toMatchObject({ error_code: 400 })
})

test('refuses a body above 20 MB', async () => {
  await using telegram = await openSandbox()
  const body = { ...base, text: 'x'.repeat(20 * 1024 * 1024) }
  expect(await callRaw(telegram, 'sendMessage', body)).toMatchObject({ error_code: 413 })
})

test('speaks only parameters that are in the official list', () => {
  expect(METHODS.size).toBe(18)
  for (const [name, { parameters }] of METHODS) {
    const official = OFFICIAL.methods[name as keyof typeof OFFICIAL.methods]
    expect(official, `${name} is official`).toBeDefined()
    expect(Object.keys(official), name).toEqual(expect.arrayContaining([...parameters]))
  }
})
