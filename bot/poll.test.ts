// Reading updates: whatever Telegram does, the bot keeps reading, does nothing twice, and its token goes nowhere.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLog } from '@keyside/runtime'
import { Api } from 'grammy'
import { expect, test } from 'vitest'
import { answersAt } from './answers-for-tests.ts'
import { Background } from './background.ts'
import { BOT_TOKEN, OWNER, openRig, type Rig, until } from './rig-for-tests.ts'
import { COMMANDS } from './texts/chat.ts'

/** Everything that the bot wrote or sent, except to Telegram. */
function leaks({ home, log, device }: Rig): string {
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

function expectSecret(rig: Rig): void {
  expect(leaks(rig)).not.toContain(BOT_TOKEN.split(':')[1])
}

async function haltIsHeard(rig: Rig, chat: Awaited<ReturnType<Rig['claim']>>): Promise<void> {
  rig.device.answer = ({ jti }) => ({ type: 'answer', to: jti, answer: { about: 'done' } })
  chat.sendText('/halt')
  await chat.waitForMessage(({ text }) => text?.includes('Halted:') === true)
}

/** grammY itself waits 3 s by the real clock after each of these: they are met at the same time. */
test('reading goes on after what passes, and nothing holds the token', async () => {
  await Promise.all(
    (['500', 'html-502', 'reset'] as const).map(async (name) => {
      const rig = await openRig()
      const chat = await rig.claim()
      rig.telegram.faults.arm({ name, method: 'getUpdates' })
      chat.sendText('/help')
      await until(() => rig.telegram.calls.some(({ reason }) => reason === name))
      await haltIsHeard(rig, chat)
      expectSecret(rig)
    }),
  )
})

test('a refused token is said once a try, and tried again in half a minute', async () => {
  const rig = await openRig()
  const chat = await rig.claim()
  rig.telegram.faults.arm({ name: '401', method: 'getUpdates' })
  chat.sendText('/help')
  await until(() => rig.log.some((line) => line.includes('telegram_token_refused')))
  rig.clock.advance(30_001)
  await haltIsHeard(rig, chat)
  expectSecret(rig)
})

test('a second reader is said, and does not end the first one for good', async () => {
  const rig = await openRig()
  const chat = await rig.claim()
  const other = new Api(BOT_TOKEN, { apiRoot: rig.telegram.address })
  await other.getUpdates({ timeout: 0 })
  await until(() => rig.log.some((line) => line.includes('telegram_conflict')))
  rig.clock.advance(30_001)
  await haltIsHeard(rig, chat)
  expectSecret(rig)
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
  const rig = await openRig()
  const chat = await rig.claim()
  const answers = answersAt(rig.clock.now() / 1000)
  rig.device.answer = ({ jti, instruction }) =>
    instruction.do === 'replay'
      ? null
      : { type: 'answer', to: jti, answer: answers[instruction.do] }
  const from = { id: OWNER, is_bot: false, first_name: 'Owner' }
  const plain = { message_id: 1, date: Math.floor(rig.clock.now() / 1000), from }
  const entities = [{ type: 'bot_command', offset: 0, length: 5 }]
  const message = { ...plain, chat: { id: OWNER, type: 'private' }, text: '/halt', entities }
  rig.telegram.inject({ update_id: 5000, message })
  await chat.waitForMessage(({ text }) => text?.includes('Halted:') === true)
  rig.telegram.inject({ update_id: 5000, message })
  chat.sendText('/status')
  await chat.waitForMessage(({ text }) => text?.includes('Running') === true)
  expect(rig.device.asked).toEqual(['halt', 'status'])
})

test('Telegram is told the commands that exist', async () => {
  const rig = await openRig()
  await rig.claim()
  const told = () => rig.telegram.calls.find(({ method }) => method === 'setMyCommands')
  await until(() => told() !== undefined)
  expect(told()?.outcome).toBe('answered')
  expect(told()?.payload['commands']).toEqual(COMMANDS)
  const chat = rig.telegram.chat(OWNER)
  for (const { command } of COMMANDS) chat.sendText(`/${command}`)
  await until(() => rig.device.asked.length === COMMANDS.length - 1)
  expect(chat.messages().some(({ text }) => text?.includes('I do not know'))).toBe(false)
})
