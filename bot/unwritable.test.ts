// A bot.db that takes nothing: what is passed on is passed on once, the chat is told, and nobody shuts out a /halt.
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test, vi } from 'vitest'
import { answersAt } from './testing/answers.ts'
import { openFixture, STRANGER, until } from './testing/fixture.ts'
import { unwritable } from './texts/chat.ts'

afterEach(() => vi.restoreAllMocks())

const REFUSED =
  'bot.db: it cannot be written: look at its owner and mode, and whether the disk may be written'

async function openReadOnly() {
  const prepare = vi.spyOn(DatabaseSync.prototype, 'prepare')
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const stores = prepare.mock.contexts.filter((one) => one instanceof DatabaseSync)
  const store = stores.find((one) => one.location()?.endsWith('bot.db'))
  prepare.mockRestore()
  if (store === undefined) throw new Error('the bot has no store')
  const { device, clock, telegram } = fixture
  const answers = answersAt(clock.now() / 1000)
  device.answer = ({ jti, instruction }) =>
    instruction.do === 'replay'
      ? null
      : { type: 'answer', to: jti, answer: answers[instruction.do] }
  const told = () => chat.messages().filter(({ text }) => text?.includes('I cannot keep'))
  const polls = () => telegram.calls.filter(({ method }) => method === 'getUpdates').length
  return {
    ...fixture,
    chat,
    store,
    told,
    /** Rounds of reading, each a second after the one before. */
    rounds: async (count: number) => {
      for (let round = 0; round < count; round += 1) {
        const before = polls()
        clock.advance(1001)
        await until(() => polls() > before)
      }
    },
    refuse: (what: 'yes' | 'no') => store.exec(`PRAGMA query_only = ${what === 'yes' ? 1 : 0}`),
  }
}

test('what is passed on while nothing can be stored is passed on once, then and later, and the chat is told', async () => {
  const { chat, device, store, told, rounds, refuse } = await openReadOnly()
  refuse('yes')
  for (const text of ['/pause eth', '/halt', '/help', '/resume', '/halt']) chat.sendText(text)
  const asked = ['pause', 'halt', 'resume', 'halt']
  await until(() => device.asked.length >= asked.length)
  await rounds(5)
  await until(() => told().length === 1)
  chat.sendText('/status')
  await until(() => device.asked.includes('status'))
  expect(device.asked).toEqual([...asked, 'status'])
  expect(told().map(({ text }) => text)).toEqual([unwritable(REFUSED)])
  expect(unwritable(REFUSED)).toContain('send anything else again then')
  const seen = () => Number(store.prepare('SELECT count(*) AS n FROM seen_update').get()?.['n'])
  const before = seen()
  refuse('no')
  chat.sendText('/help')
  await chat.waitForMessage(({ text }) => text?.includes('One tap on /halt') === true)
  await until(() => seen() === before + asked.length + 2)
  expect(device.asked).toEqual([...asked, 'status'])
  refuse('yes')
  chat.sendText('/halt')
  await until(() => told().length === 2 && device.asked.length > asked.length + 1)
  expect(device.asked).toEqual([...asked, 'status', 'halt'])
})

test('a hundred messages of a stranger, and a hundred that cannot be answered, shut out no /halt', async () => {
  const { chat, telegram, device, rounds, refuse } = await openReadOnly()
  refuse('yes')
  for (let at = 0; at < 100; at += 1) telegram.chat(STRANGER).sendText('/halt')
  for (let at = 0; at < 101; at += 1) chat.sendText('/help')
  chat.sendText('/halt')
  await rounds(4)
  await until(() => device.asked.length > 0)
  expect(device.asked).toEqual(['halt'])
})
