// Another program holds bot.db for a while: nothing that was pressed, asked or reported is lost, and nothing is sent twice.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createLog, noTrace } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { Outbox } from './outbox/outbox.ts'
import { nextUnsent, putMessage } from './store/messages.ts'
import { openStore, transact } from './store/open.ts'
import { approvalOf, orderOf } from './testing/events.ts'
import { allSent, OWNER, openFixture, until } from './testing/fixture.ts'

async function openHeld() {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const other = new DatabaseSync(join(fixture.home, 'bot.db'))
  onTestFinished(() => other.close())
  return {
    ...fixture,
    chat,
    hold: () => other.exec('BEGIN IMMEDIATE'),
    release: () => other.exec('ROLLBACK'),
  }
}

test('a press that meets a lock counts when the lock is gone', async () => {
  const held = await openHeld()
  const { chat, device, clock, log, hold, release } = held
  await device.report(approvalOf(orderOf(7), clock.now() / 1000 + 60))
  const card = await chat.waitForMessage((message) => message.reply_markup !== undefined)
  // Its number is stored once Telegram has answered.
  await allSent(held)
  hold()
  const press = chat.pressButton(card, '✅ Approve')
  await until(() => log.join().includes('database_busy'))
  expect(device.approvals).toEqual([])
  release()
  expect((await chat.waitForAnswer(press)).text).toBe('Approved, sending…')
  await until(() => device.approvals.length === 1)
})

test('/halt reaches the device while the lock is there, and once', async () => {
  const { chat, device, log, hold, release } = await openHeld()
  hold()
  chat.sendText('/halt')
  await until(() => device.asked.length === 1)
  await until(() => log.join().includes('database_busy'))
  release()
  expect(device.asked).toEqual(['halt'])
})

test('a report that meets a lock is told when the lock is gone, as itself', async () => {
  const { chat, device, log, hold, release } = await openHeld()
  const replays = () => device.commands.filter(({ instruction }) => instruction.do === 'replay')
  const before = replays().length
  const event = {
    type: 'notice',
    level: 'warning',
    code: 'clock_off',
    message: 'the clock is off',
  } as const
  hold()
  await device.report(event)
  await until(() => log.join().includes('message not handled'))
  release()
  await until(() => replays().length > before)
  await device.send(device.sign(device.seq, event))
  await chat.waitForMessage((message) => message.text?.includes('clock_off') === true)
  expect(log.join()).not.toMatch(/report_not_shown|handler_failed/)
})

test('a message that Telegram has taken is not sent again because the store is held', async () => {
  const { home, clock, log } = await openFixture()
  const store = openStore(join(home, 'bot.db'))
  onTestFinished(() => store.close())
  const other = new DatabaseSync(join(home, 'bot.db'))
  onTestFinished(() => other.close())
  const sent: string[] = []
  const takes = (_chat: number, text: string) => {
    sent.push(text)
    if (sent.length === 1) other.exec('BEGIN IMMEDIATE')
    return Promise.resolve({ message_id: sent.length })
  }
  const outbox = new Outbox({
    store,
    clock,
    api: { sendMessage: takes } as never,
    draw: () => Promise.resolve(null),
    log: createLog({
      program: 'bot',
      level: 'warn',
      destination: { write: (line) => log.push(line) },
    }),
    trace: noTrace,
    devices: () => 'one',
    account: () => null,
  })
  putMessage(store, { chat: OWNER, content: { html: 'once' } }, clock.now())
  outbox.wake()
  await until(() => log.join().includes('database_busy'))
  other.exec('ROLLBACK')
  await until(() => nextUnsent(store) === null)
  expect(sent).toEqual(['once'])
})

test('the reason for a lock is not hidden by the transaction that could not begin', () => {
  const store = openStore(':memory:')
  onTestFinished(() => store.close())
  expect(() => transact(store, () => transact(store, () => undefined))).toThrow(
    'within a transaction',
  )
})
