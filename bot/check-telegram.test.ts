// What the Telegram check reports to another program.
import { join } from 'node:path'
import { writePrivate } from '@keyside/runtime'
import { Api } from 'grammy'
import { expect, test } from 'vitest'
import { checkTelegram } from './check-telegram.ts'
import { BOT_TOKEN, type BotFixture, openFixture, until } from './testing/fixture.ts'

const ask = (fixture: BotFixture, address = fixture.telegram.address) =>
  checkTelegram({ database: 'bot.db', telegram: { tokenFile: 'token', address } }, fixture)

test('a bot that is well is named, whether it runs or not', async () => {
  const fixture = await openFixture()
  expect(await ask(fixture)).toEqual({ ok: true, username: 'keyside_bot' })
  await fixture.claim()
  expect(await ask(fixture)).toEqual({ ok: true, username: 'keyside_bot' })
})

test('a made-up token is told as refused, and a Telegram that is not there as unreachable', async () => {
  const fixture = await openFixture()
  expect(await ask(fixture, 'http://127.0.0.1:1')).toMatchObject({
    ok: false,
    code: 'telegram_unreachable',
  })
  writePrivate(join(fixture.home, 'token'), '424242:made-up\n')
  expect(await ask(fixture)).toMatchObject({
    ok: false,
    code: 'telegram_token_refused',
    message: expect.stringContaining('@BotFather'),
  })
})

test('a second reader that the running bot has met is told, until it is gone for a while', async () => {
  const fixture = await openFixture()
  await fixture.claim()
  await until(() => fixture.telegram.calls.some(({ outcome }) => outcome === 'pending'))
  await new Api(BOT_TOKEN, { apiRoot: fixture.telegram.address }).getUpdates({ timeout: 0 })
  await until(() => fixture.log.some((line) => line.includes('telegram_conflict')))
  expect(await ask(fixture)).toMatchObject({ ok: false, code: 'telegram_conflict' })
  fixture.clock.advance(60_001)
  expect(await ask(fixture)).toEqual({ ok: true, username: 'keyside_bot' })
})
