// Reading updates: whatever Telegram does, the bot keeps reading, does nothing twice, and its token goes nowhere.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createLog } from '@keyside/runtime'
import { manualClock, stoppedClock } from '@keyside/sandbox'
import { Api, Bot } from 'grammy'
import type { UserFromGetMe } from 'grammy/types'
import { expect, test } from 'vitest'
import { Background } from './background.ts'
import { Poll } from './poll.ts'
import { answersAt } from './testing/answers.ts'
import { BOT_TOKEN, type BotFixture, OWNER, openFixture, until } from './testing/fixture.ts'
import { COMMANDS } from './texts/chat.ts'

/** Everything that the bot wrote or sent, except to Telegram. */
function leaks({ home, log, device }: BotFixture): string {
  const files = readdirSync(home).filter((name) => name.startsWith('bot.db'))
  const stored = files.map((name) => readFileSync(join(home, name), 'latin1'))
  return [...log, ...device.tokens, ...device.tokens.map(decode), ...stored].join('\n')
}

function decode(token: string): string {
  return token
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString('latin1'))
    .join('\n')
}

function expectSecret(fixture: BotFixture): void {
  expect(leaks(fixture)).not.toContain(BOT_TOKEN.split(':')[1])
}

async function haltIsHeard(
  fixture: BotFixture,
  chat: Awaited<ReturnType<BotFixture['claim']>>,
): Promise<void> {
  fixture.device.answer = ({ jti }) => ({ type: 'answer', to: jti, answer: { about: 'done' } })
  chat.sendText('/halt')
  await chat.waitForMessage(({ text }) => text?.includes('Halted:') === true)
}

test.for([
  ['hang', 'telegram_unreachable', 4001],
  ['reset', 'telegram_unreachable', 1001],
  ['html-502', 'telegram_unreachable', 1001],
  ['500', 'telegram_unreachable', 1001],
  ['401', 'telegram_token_refused', 1001],
  ['409', 'telegram_conflict', 1001],
] as const)('after a poll that met %s, told as %s, a /halt is heard within 5 s', async (met) => {
  const [name, code, wait] = met
  const fixture = await openFixture()
  const chat = await fixture.claim()
  fixture.telegram.faults.arm({ name, method: 'getUpdates' })
  chat.sendText('/help')
  await until(() => fixture.telegram.calls.some(({ reason }) => reason === name))
  const said = (word: string) => fixture.log.filter((line) => line.includes(word)).length
  if (name !== 'hang') await until(() => said(code) === 1)
  fixture.clock.advance(wait)
  await haltIsHeard(fixture, chat)
  expect(said(code)).toBe(1)
  if (name !== '409') expect(said('delivers messages to the bot again')).toBe(1)
  expectSecret(fixture)
})

test.each([
  [null],
  [5],
  ['x'],
  [[]],
  [{}],
  [{ update_id: '6' }],
  [{ update_id: null }],
  [{ update_id: 6.5 }],
])('an update that is none, %j, holds up none that comes after it', async (odd) => {
  const offsets: unknown[] = []
  const halt = { update_id: 7, message: { text: '/halt' } }
  const handled: unknown[] = []
  const bot = new Bot(BOT_TOKEN, { botInfo: { id: 1, is_bot: true } as UserFromGetMe })
  bot.use(({ update }) => void handled.push(update))
  bot.api.config.use((_call, method, payload) => {
    const { offset } = payload as { offset?: number }
    if (method === 'getUpdates') offsets.push(offset)
    if (offsets.length > 5) return Promise.withResolvers<never>().promise
    const result = method === 'getUpdates' ? [odd, ...(offsets.length === 1 ? [halt] : [])] : true
    return Promise.resolve({ ok: true, result } as never)
  })
  const ignore = () => undefined
  const clock = manualClock(stoppedClock(0))
  const log = createLog({ program: 'bot', level: 'silent' })
  const calls = {
    onStart: ignore,
    onHeard: ignore,
    onFailed: ignore,
    onTrouble: ignore,
  }
  const poll = new Poll({ bot, clock, log, ...calls })
  poll.start()
  await until(() => handled.length > 0)
  clock.advance(1000)
  await until(() => offsets.length > 1)
  await poll.stop()
  expect(handled).toEqual([halt])
  expect(offsets.slice(0, 2)).toEqual([0, 8])
})

test('what fails because the disk refuses it is tried three times, and no /halt waits behind it or is shut out by a hundred of it', async () => {
  const refused = Array.from({ length: 100 }, (_, at) => ({ update_id: at + 7 }))
  const halt = { update_id: 107, message: { text: '/halt' } }
  const waiting = [{ update_id: 5 }, { update_id: 6, message: { text: '/halt' } }, ...refused, halt]
  const handled: number[] = []
  /** The offset of each poll. */
  const rounds: number[] = []
  const full = Object.assign(new Error('full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 })
  const bot = new Bot(BOT_TOKEN, { botInfo: { id: 1, is_bot: true } as UserFromGetMe })
  bot.use(({ update }) => {
    handled.push(update.update_id)
    if (update.message?.text !== '/halt') throw full
  })
  bot.api.config.use((_call, method, payload) => {
    const { offset = 0 } = payload as { offset?: number }
    if (method === 'getUpdates') rounds.push(offset)
    if (offset > halt.update_id) return Promise.withResolvers<never>().promise
    // As many as Telegram gives.
    const result = waiting.filter(({ update_id }) => update_id >= offset).slice(0, 100)
    return Promise.resolve({ ok: true, result: method === 'getUpdates' ? result : true } as never)
  })
  const ignore = () => undefined
  const clock = manualClock(stoppedClock(0))
  const log = createLog({ program: 'bot', level: 'silent' })
  const calls = { onStart: ignore, onHeard: ignore, onFailed: ignore, onTrouble: ignore }
  const poll = new Poll({ bot, clock, log, ...calls })
  poll.start()
  await until(() => handled.length === 100)
  expect(handled.slice(0, 2)).toEqual([5, 6])
  for (let round = 1; rounds.at(-1) !== 108; round += 1) {
    await until(() => rounds.length >= round)
    clock.advance(1000)
  }
  await poll.stop()
  const triesOf = (id: number) => handled.filter((one) => one === id).length
  expect([5, ...refused.map(({ update_id }) => update_id)].map(triesOf)).toEqual(Array(101).fill(3))
  expect(handled).toContain(107)
})

test('however long Telegram is away, it is said once, tried again within 5 s, and its return is said once', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const polls = () => fixture.telegram.calls.filter(({ reason }) => reason === '500').length
  const said = (word: string) => fixture.log.filter((line) => line.includes(word)).length
  fixture.telegram.faults.arm({ name: '500', method: 'getUpdates', count: 10 })
  chat.sendText('/help')
  for (let tries = 1; tries <= 10; tries += 1) {
    await until(() => polls() === tries)
    fixture.clock.advance(4001)
  }
  await haltIsHeard(fixture, chat)
  expect(said('telegram_unreachable')).toBe(1)
  expect(said('delivers messages to the bot again')).toBe(1)
})

test('the pause that Telegram asks for is kept', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  fixture.telegram.faults.arm({ name: '429', method: 'getUpdates', retryAfter: 20 })
  chat.sendText('/help')
  await until(() => fixture.log.some((line) => line.includes('telegram_limited')))
  const polls = () => fixture.telegram.calls.filter(({ method }) => method === 'getUpdates').length
  const before = polls()
  fixture.clock.advance(19_000)
  chat.sendText('/status')
  expect(polls()).toBe(before)
  fixture.clock.advance(1001)
  await until(() => fixture.device.asked.includes('status'))
})

test('a second reader that stays is said once, however the two take turns', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const other = new Api(BOT_TOKEN, { apiRoot: fixture.telegram.address })
  const polls = () => fixture.telegram.calls.filter(({ outcome }) => outcome === 'pending').length
  for (let turn = 1; turn <= 5; turn += 1) {
    await until(() => polls() === 1)
    await other.getUpdates({ timeout: 0 })
    await until(() => polls() === 0)
    fixture.clock.advance(1001)
    chat.sendText('/status')
    await until(() => fixture.device.asked.length === turn)
  }
  await haltIsHeard(fixture, chat)
  expect(fixture.log.filter((line) => line.includes('telegram_conflict'))).toHaveLength(1)
  expect(fixture.log.join('')).not.toContain('delivers messages to the bot again')
  fixture.clock.advance(30_001)
  await until(() => fixture.log.some((line) => line.includes('delivers messages to the bot again')))
  expectSecret(fixture)
})

test('a bot that finds no Telegram says so, goes on trying, and can be claimed once it is there', async () => {
  const fixture = await openFixture()
  fixture.telegram.faults.arm({ name: 'reset', count: 1000 })
  await fixture.start()
  await until(() => fixture.log.some((line) => line.includes('telegram_unreachable')))
  expect(fixture.codes).toEqual([])
  fixture.telegram.faults.clear()
  fixture.clock.advance(1001)
  await until(() => fixture.codes.length === 1)
})

test('a webhook that somebody has set is taken away, at the start and later', async () => {
  const fixture = await openFixture()
  await fixture.claim()
  const count = () =>
    fixture.telegram.calls.filter(({ method }) => method === 'deleteWebhook').length
  expect(count()).toBe(1)
  fixture.telegram.faults.arm({ name: '409', method: 'getUpdates' })
  fixture.telegram.chat(OWNER).sendText('/help')
  await until(() => fixture.log.some((line) => line.includes('telegram_conflict')))
  fixture.clock.advance(1001)
  await until(() => count() === 2)
})

test('an update whose handling failed is handled again, and is not in the way for ever', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const failed = () => fixture.log.filter((line) => line.includes('handler_failed')).length
  const store = new DatabaseSync(join(fixture.home, 'bot.db'))
  store.exec('ALTER TABLE seen_update RENAME TO gone')
  chat.sendText('/status')
  await until(() => failed() === 1)
  fixture.clock.advance(1001)
  await until(() => failed() === 2)
  store.exec('ALTER TABLE gone RENAME TO seen_update')
  fixture.clock.advance(1001)
  await until(() => fixture.device.asked.length === 1)
  store.exec('ALTER TABLE seen_update RENAME TO gone')
  chat.sendText('/balance')
  for (let tries = 3; tries <= 5; tries += 1) {
    await until(() => failed() === tries)
    fixture.clock.advance(1001)
  }
  store.exec('ALTER TABLE gone RENAME TO seen_update')
  store.close()
  chat.sendText('/trades')
  await until(() => fixture.device.asked.length === 2)
  expect(fixture.device.asked).toEqual(['status', 'trades'])
})

test('a database that cannot be used for a while ends nothing', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const store = new DatabaseSync(join(fixture.home, 'bot.db'))
  store.exec('ALTER TABLE card RENAME TO gone')
  fixture.clock.advance(3001)
  chat.sendText('/help')
  await until(() => fixture.log.some((line) => line.includes('the store cannot be used')))
  store.exec('ALTER TABLE gone RENAME TO card')
  store.close()
  fixture.clock.advance(1001)
  await chat.waitForMessage(({ text }) => text?.includes('One tap on /halt') === true)
})

test('what failed is confessed without the token, even if its words hold it', async () => {
  const lines: string[] = []
  const destination = { write: (line: string) => lines.push(line) }
  const log = createLog({ program: 'bot', level: 'debug', destination })
  const background = new Background(log, 'number:short-secret')
  const url = 'https://api.telegram.org/botnumber:short-secret/sendMessage'
  background.run(Promise.reject(new TypeError(`fetch failed for ${url}, again ${url}`)))
  await background.settled(1000)
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { code: 'handler_failed', type: 'TypeError' },
  ])
  expect(lines.join('')).toContain('bot[bot token]/sendMessage')
  expect(lines.join('')).not.toContain('short-secret')
})

test('a message that Telegram repeats is done once', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const answers = answersAt(fixture.clock.now() / 1000)
  fixture.device.answer = ({ jti, instruction }) =>
    instruction.do === 'replay'
      ? null
      : { type: 'answer', to: jti, answer: answers[instruction.do] }
  const from = { id: OWNER, is_bot: false, first_name: 'Owner' }
  const plain = { message_id: 1, date: Math.floor(fixture.clock.now() / 1000), from }
  const entities = [{ type: 'bot_command', offset: 0, length: 5 }]
  const message = { ...plain, chat: { id: OWNER, type: 'private' }, text: '/halt', entities }
  fixture.telegram.inject({ update_id: 5000, message })
  await chat.waitForMessage(({ text }) => text?.includes('Halted:') === true)
  fixture.telegram.inject({ update_id: 5000, message })
  chat.sendText('/status')
  await chat.waitForMessage(({ text }) => text?.includes('Running') === true)
  expect(fixture.device.asked).toEqual(['halt', 'status'])
})

test('updates whose ids begin anew, lower or at one that was seen, are heard', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const asked = () => fixture.device.asked.length
  const from = { id: OWNER, is_bot: false, first_name: 'Owner' }
  const date = Math.floor(fixture.clock.now() / 1000)
  const saying = (update_id: number, message_id: number, text: string) => {
    const message = { message_id, date, from, chat: { id: OWNER, type: 'private' }, text }
    fixture.telegram.inject({ update_id, message })
  }
  saying(5000, 11, '/status')
  await until(() => asked() === 1)
  const polls = () => fixture.telegram.calls.filter(({ method }) => method === 'getUpdates')
  await until(() => polls().at(-1)?.payload['offset'] === 5001)
  await until(() => polls().at(-1)?.payload['offset'] === 0)
  saying(5000, 12, '/balance')
  await until(() => asked() === 2)
  saying(5000, 12, '/balance')
  saying(7, 13, '/trades')
  await until(() => asked() === 3)
  chat.sendText('/help')
  await chat.waitForMessage(({ text }) => text?.includes('One tap on /halt') === true)
  expect(fixture.device.asked).toEqual(['status', 'balance', 'trades'])
})

test('Telegram is told the commands that exist', async () => {
  const fixture = await openFixture()
  await fixture.claim()
  const told = () => fixture.telegram.calls.find(({ method }) => method === 'setMyCommands')
  await until(() => told() !== undefined)
  expect(told()?.outcome).toBe('answered')
  expect(told()?.payload['commands']).toEqual(COMMANDS)
  const chat = fixture.telegram.chat(OWNER)
  for (const { command } of COMMANDS) chat.sendText(`/${command}`)
  chat.sendText('/nothing')
  const unknown = () => chat.messages().filter(({ text }) => text?.includes('I do not know'))
  await until(() => {
    fixture.clock.advance(100)
    return unknown().length > 0
  })
  expect(unknown(), 'but the last one').toHaveLength(1)
})
