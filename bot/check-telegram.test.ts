// What another program is told about the bot's standing with Telegram.
import { join } from 'node:path'
import { writePrivate } from '@keyside/runtime'
import { Api } from 'grammy'
import { expect, test } from 'vitest'
import { checkTelegram } from './check-telegram.ts'
import { BOT_TOKEN, openRig, type Rig, until } from './testing/rig.ts'

const ask = (rig: Rig, address = rig.telegram.address) =>
  checkTelegram({ database: 'bot.db', telegram: { tokenFile: 'token', address } }, rig)

test('a bot that is well is named, whether it runs or not', async () => {
  const rig = await openRig()
  expect(await ask(rig)).toEqual({ ok: true, username: 'keyside_bot' })
  await rig.claim()
  expect(await ask(rig)).toEqual({ ok: true, username: 'keyside_bot' })
})

test('a made-up token is told as refused, and a Telegram that is not there as unreachable', async () => {
  const rig = await openRig()
  expect(await ask(rig, 'http://127.0.0.1:1')).toMatchObject({
    ok: false,
    code: 'telegram_unreachable',
  })
  writePrivate(join(rig.home, 'token'), '424242:made-up\n')
  expect(await ask(rig)).toMatchObject({
    ok: false,
    code: 'telegram_token_refused',
    message: expect.stringContaining('@BotFather'),
  })
})

test('a second reader that the running bot has met is told, until it is gone for a while', async () => {
  const rig = await openRig()
  await rig.claim()
  await until(() => rig.telegram.calls.some(({ outcome }) => outcome === 'pending'))
  await new Api(BOT_TOKEN, { apiRoot: rig.telegram.address }).getUpdates({ timeout: 0 })
  await until(() => rig.log.some((line) => line.includes('telegram_conflict')))
  expect(await ask(rig)).toMatchObject({ ok: false, code: 'telegram_conflict' })
  rig.clock.advance(60_001)
  expect(await ask(rig)).toEqual({ ok: true, username: 'keyside_bot' })
})
