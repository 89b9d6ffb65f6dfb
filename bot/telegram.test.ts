// What leaves for Telegram is given up in time, and is always text that Telegram takes.
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { writePrivate } from '@keyside/runtime'
import { manualClock, startTelegram } from '@keyside/sandbox'
import { HttpError, InputFile } from 'grammy'
import { expect, onTestFinished, test } from 'vitest'
import { createTelegram } from './telegram.ts'
import { BOT_TOKEN, stopWhenFinished, until } from './testing/fixture.ts'

/** As much of a picture as the sandbox reads: the signature, and 1 by 1 pixel. */
const PNG = Buffer.from('89504e470d0a1a0a0000000d494844520000000100000001', 'hex')

const never = () => () => {}

/** Its time stands still until it is turned. */
const stillClock = () => manualClock({ now: () => 0, after: never, every: never })

async function homeWithToken() {
  const home = await mkdtemp(join(tmpdir(), 'keyside-bot-'))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  writePrivate(join(home, 'token'), `${BOT_TOKEN}\n`)
  return home
}

async function openSender() {
  const home = await homeWithToken()
  const clock = stillClock()
  const sandbox = await startTelegram({ token: BOT_TOKEN, botUsername: 'keyside_bot', clock })
  stopWhenFinished(sandbox)
  const telegram = { tokenFile: 'token', address: sandbox.address }
  return { ...createTelegram({ telegram }, { home, clock }), clock, sandbox }
}

async function openHanging() {
  const { api, freshen, clock, sandbox } = await openSender()
  sandbox.faults.arm({ name: 'hang' })
  const sent = api.sendMessage(1001, 'hello').then(
    () => 'sent',
    (error: unknown) => error,
  )
  await until(() => sandbox.calls.some(({ reason }) => reason === 'hang'))
  return { clock, freshen, sent }
}

test('a text that hangs is given up after 4.5 s', async () => {
  const { clock, sent } = await openHanging()
  clock.advance(4500)
  expect(await sent).toBeInstanceOf(HttpError)
})

test('a text that hung before Telegram answered again is given up then; a young one is not', async () => {
  const { clock, freshen, sent } = await openHanging()
  clock.advance(2000)
  freshen()
  const first = await Promise.race([sent, new Promise((resolve) => setImmediate(resolve, 'waits'))])
  expect(first).toBe('waits')
  clock.advance(1)
  freshen()
  expect(await sent).toBeInstanceOf(HttpError)
})

test('no half of a surrogate pair leaves, wherever it stands', async () => {
  const { api, toast, sandbox } = await openSender()
  const chat = sandbox.chat()
  chat.sendText('/start')
  const { id } = chat.user
  const reply_markup = { inline_keyboard: [[{ text: '\ude00 yes', callback_data: 'a' }]] }
  const card = await api.sendMessage(id, 'cut \ud83d', { reply_markup })
  await toast(chat.pressButton(card, 'a'), 'cut \ud83d')
  await api.editMessageText(id, card.message_id, 'again \ud83d')
  const picture = new InputFile(PNG, 'chart.png')
  const photo = await api.sendPhoto(id, picture, { caption: 'below \ud83d' })
  await api.editMessageCaption(id, photo.message_id, { caption: 'whole 😀 and \ud83d' })
  expect(sandbox.calls.map(({ outcome }) => outcome)).toEqual(Array(5).fill('answered'))
  const shown = chat.messages().map(({ text, caption }) => text ?? caption)
  expect(shown).toEqual(['/start', 'again \ufffd', 'whole 😀 and \ufffd'])
})

test('an answer that is unpacked to more than there is room for is no answer, whoever reads it', async () => {
  const home = await homeWithToken()
  const body = gzipSync(`${' '.repeat(33 * 2 ** 20)}${JSON.stringify({ ok: true, result: [] })}`)
  const server = createServer((request, response) => {
    request.resume()
    response.setHeader('content-encoding', 'gzip').end(body)
  }).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const telegram = { tokenFile: 'token', address: `http://127.0.0.1:${port}` }
  const { bot, api } = createTelegram({ telegram }, { home, clock: stillClock() })
  for (const calls of [bot.api, api])
    await expect(calls.getMyCommands()).rejects.toMatchObject({
      error: expect.objectContaining({ type: 'max-size' }),
    })
})
