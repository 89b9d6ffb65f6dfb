// What keeps the bot from starting.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writePrivate } from '@keyside/runtime'
import { expect, test } from 'vitest'
import { openStore } from './store/open.ts'
import { openFixture } from './testing/fixture.ts'

test.each(['', 'CanaryToken', '424242:Canary Token', '424242/CanaryToken'])(
  'does not start with the token "%s", and does not repeat it',
  async (token) => {
    const fixture = await openFixture()
    writePrivate(join(fixture.home, 'token'), `${token}\n`)
    await expect(fixture.start()).rejects.toMatchObject({
      code: 'telegram_token_malformed',
      message: expect.not.stringContaining('Canary'),
    })
  },
)

const UNUSABLE: readonly [string, (file: string) => void][] = [
  ['no database', (file) => writeFileSync(file, 'not a database '.repeat(100))],
  [
    'the database of a newer bot',
    (file) => {
      const store = openStore(file)
      store.exec('PRAGMA user_version = 99')
      store.close()
    },
  ],
]

test('a second bot on one database is refused, until the first one has ended', async () => {
  const fixture = await openFixture()
  const first = await fixture.start()
  await expect(fixture.start()).rejects.toMatchObject({
    code: 'bot_locked',
    message: expect.stringContaining('stop it first'),
  })
  await first.stop()
  await (await fixture.start()).stop()
})

test.each(UNUSABLE)('does not start on %s, and says how to begin anew', async (_, spoil) => {
  const fixture = await openFixture()
  spoil(join(fixture.home, 'bot.db'))
  await expect(fixture.start()).rejects.toMatchObject({
    code: 'bot_database_unusable',
    message: expect.stringContaining('move the file away'),
  })
})
