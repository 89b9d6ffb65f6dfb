// What keeps the bot from starting.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writePrivate } from '@keyside/runtime'
import { expect, test } from 'vitest'
import { openStore } from './store/open.ts'
import { openRig } from './testing/rig.ts'

test.each(['', 'CanaryToken', '424242:Canary Token', '424242/CanaryToken'])(
  'does not start with the token "%s", and does not repeat it',
  async (token) => {
    const rig = await openRig()
    writePrivate(join(rig.home, 'token'), `${token}\n`)
    await expect(rig.start()).rejects.toMatchObject({
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
  const rig = await openRig()
  const first = await rig.start()
  await expect(rig.start()).rejects.toMatchObject({
    code: 'bot_locked',
    message: expect.stringContaining('stop it first'),
  })
  await first.stop()
  await (await rig.start()).stop()
})

test.each(UNUSABLE)('does not start on %s, and says how to begin anew', async (_, spoil) => {
  const rig = await openRig()
  spoil(join(rig.home, 'bot.db'))
  await expect(rig.start()).rejects.toMatchObject({
    code: 'bot_database_unusable',
    message: expect.stringContaining('move the file away'),
  })
})
