// What a test sees when it plays a user, and what the page sees in its stream.
import { expect, test } from 'vitest'
import { callRaw, openChat, openSandbox } from './testing/sandbox.ts'

test('waiting for a message that never comes fails and shows the chat', async () => {
  await using telegram = await openSandbox()
  const chat = openChat(telegram)
  await callRaw(telegram, 'sendMessage', { chat_id: 1001, text: 'something else' })
  const waited = chat.waitForMessage(({ text }) => text === 'wanted', 20)
  await expect(waited).rejects.toThrow(
    'no message that fits within 20 ms; the chat holds:\n  user: hello\n  bot: something else',
  )
})

test('a user the sandbox was not started with is refused by name', async () => {
  await using telegram = await openSandbox()
  expect(() => telegram.chat(7)).toThrow('the sandbox has no user 7; it has 1001')
})

test('the stream begins with the whole chat and goes on with every change', async () => {
  await using telegram = await openSandbox()
  const chat = openChat(telegram)
  const response = await fetch(`${telegram.address}/sandbox/chat/me/events`)
  const lines = response.body?.pipeThrough(new TextDecoderStream()).values()
  const next = async () => JSON.parse(String((await lines?.next())?.value).replace('data: ', ''))
  expect(await next()).toMatchObject({
    type: 'snapshot',
    bot: { username: 'keyside_bot' },
    user: { id: 1001 },
    messages: [{ text: 'hello' }],
  })
  chat.sendText('more')
  expect(await next()).toMatchObject({ type: 'message', message: { text: 'more' } })
  await callRaw(telegram, 'sendChatAction', { chat_id: 1001, action: 'typing' })
  expect(await next()).toEqual({ type: 'action', action: 'typing' })
})

test('one user does not see the chat of another', async () => {
  const users = [1, 2].map((id) => ({ id, first_name: `user ${id}` }))
  await using telegram = await openSandbox({ users })
  telegram.chat(1).sendText('private')
  expect(telegram.chat(2).messages()).toEqual([])
  expect(await callRaw(telegram, 'sendMessage', { chat_id: 2, text: 'x' })).toMatchObject({
    description: 'Bad Request: chat not found',
  })
})

test('an edit changes the message in its place, and the bot hears of it', async () => {
  await using telegram = await openSandbox()
  const chat = openChat(telegram)
  const sent = chat.sendText('/hlat')
  chat.editText(sent, '/halt')
  expect(chat.messages().map(({ text }) => text)).toEqual(['hello', '/halt'])
  const { result } = await callRaw(telegram, 'getUpdates')
  expect((result as unknown[]).at(-1)).toMatchObject({
    edited_message: { text: '/halt', edit_date: 1_700_000_000, message_id: sent.message_id },
  })
  expect(() => chat.editText({ message_id: 99 }, 'x')).toThrow('message 99 is not one of')
})
