// A call that met a dead connection is given up in time.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writePrivate } from '@keyside/runtime'
import { startTelegram, turnableClock } from '@keyside/sandbox'
import { HttpError } from 'grammy'
import { expect, onTestFinished, test } from 'vitest'
import { BOT_TOKEN, until } from './rig-for-tests.ts'
import { createTelegram } from './telegram.ts'

const never = () => () => {}

/** Its time stands still until it is turned. */
async function openSender() {
  const home = await mkdtemp(join(tmpdir(), 'keyside-bot-'))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  writePrivate(join(home, 'token'), `${BOT_TOKEN}\n`)
  const clock = turnableClock({ now: () => 0, after: never, every: never })
  const sandbox = await startTelegram({ token: BOT_TOKEN, botUsername: 'keyside_bot', clock })
  onTestFinished(() => sandbox.stop())
  const telegram = { tokenFile: 'token', address: sandbox.address }
  const { api, freshen } = createTelegram({ telegram }, { home, clock })
  sandbox.faults.arm({ name: 'hang' })
  const sent = api.sendMessage(1001, 'hello').then(
    () => 'sent',
    (error: unknown) => error,
  )
  await until(() => sandbox.calls.some(({ reason }) => reason === 'hang'))
  return { clock, freshen, sent }
}

test('a text that hangs is given up after 4.5 s', async () => {
  const { clock, sent } = await openSender()
  clock.advance(4500)
  expect(await sent).toBeInstanceOf(HttpError)
})

test('a text that hung before Telegram answered again is given up then; a young one is not', async () => {
  const { clock, freshen, sent } = await openSender()
  clock.advance(2000)
  freshen()
  const first = await Promise.race([sent, new Promise((resolve) => setImmediate(resolve, 'waits'))])
  expect(first).toBe('waits')
  clock.advance(1)
  freshen()
  expect(await sent).toBeInstanceOf(HttpError)
})
