// Commands go to the device, and its answers come back as a trader reads them.
import { expect, test } from 'vitest'
import { OWNER, openFixture, until } from '../testing/fixture.ts'

test('/halt works at once and says how to undo it', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  fixture.device.answer = ({ jti, instruction }) =>
    instruction.do === 'halt' ? { type: 'answer', to: jti, answer: { about: 'done' } } : null
  chat.sendText('/status')
  chat.sendText('/halt')
  const reply = await chat.waitForMessage(({ text }) => text?.includes('Halted:') === true)
  expect(reply.text).toContain('keyside unhalt')
  expect(fixture.device.asked).toEqual(['status', 'halt'])
})

const from = { id: OWNER, is_bot: false, first_name: 'Owner' }
const inChat = { message_id: 4000, from, chat: { id: OWNER, type: 'private' } }

/** A claimed bot whose device does whatever it is asked. */
async function obedient() {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const instructions: unknown[] = []
  fixture.device.answer = ({ jti, instruction }) => {
    if (instruction.do === 'replay') return null
    instructions.push(instruction)
    return { type: 'answer', to: jti, answer: { about: 'done' } }
  }
  const now = () => Math.floor(fixture.clock.now() / 1000)
  return { fixture, chat, instructions, now }
}

test.each(['HALT', 'stop!!', '/Stop', '/HALT@keyside_bot'])('%s halts', async (text) => {
  const { chat, instructions } = await obedient()
  chat.sendText(text)
  await chat.waitForMessage(({ text }) => text?.includes('Halted:') === true)
  expect(instructions).toEqual([{ do: 'halt' }])
})

test('a halt counts below a photo and as a reply, and commands of any case are known', async () => {
  const { fixture, chat, instructions, now } = await obedient()
  const photo = [{ file_id: 'x', file_unique_id: 'x', width: 1, height: 1 }]
  fixture.telegram.inject({ message: { ...inChat, date: now(), photo, caption: 'STOP!' } })
  await until(() => instructions.length === 1)
  const reply_to_message = { ...inChat, message_id: 1, date: now(), text: 'a card' }
  fixture.telegram.inject({ message: { ...inChat, date: now(), text: 'Halt', reply_to_message } })
  await until(() => instructions.length === 2)
  chat.sendText('/PAUSE')
  await until(() => instructions.length === 3)
  expect(instructions).toEqual([{ do: 'halt' }, { do: 'halt' }, { do: 'pause' }])
})

test('a halt with more words behind it says what it has not done', async () => {
  const { chat, instructions } = await obedient()
  chat.sendText('/halt sell please')
  const { text } = await chat.waitForMessage(({ text }) => text?.includes('Halted:') === true)
  expect(text).toContain('I did nothing about “sell please”')
  expect(text).toContain('/halt sell')
  expect(instructions).toEqual([{ do: 'halt' }])
})

test('a message that only mentions a halt says that nothing is halted', async () => {
  const { chat, instructions } = await obedient()
  chat.sendText('please stop it')
  await chat.waitForMessage(({ text }) => text?.includes('nothing is halted') === true)
  expect(instructions).toEqual([])
})

test('an edit halts while it is young; other edits, and older ones, are answered once and not followed', async () => {
  const { fixture, chat, instructions } = await obedient()
  const said = (words: string) =>
    chat.messages().filter(({ text, from }) => from?.is_bot && text?.includes(words)).length
  const mistyped = chat.sendText('/hlat')
  await until(() => said('I do not know that one') === 1)
  fixture.clock.advance(600_000)
  chat.editText(mistyped, '/halt')
  await until(() => said('Halted:') === 1)
  const pause = chat.sendText('hello')
  chat.editText(pause, '/pause')
  chat.editText(pause, '/resume')
  chat.editText(pause, 'hello there')
  await until(() => said('do not follow edited commands') === 1)
  const date = Math.floor(fixture.clock.now() / 1000) - 3600
  const old = { ...inChat, date, text: '/halt sell' }
  fixture.telegram.inject({ edited_message: { ...old, edit_date: date + 3540 } })
  await until(() => said('more than a minute') === 1)
  fixture.telegram.inject({ edited_message: { ...old, edit_date: date + 3590 } })
  await until(() => said('Halted, and selling:') === 1)
  expect(said('do not follow edited commands')).toBe(1)
  expect(instructions).toEqual([{ do: 'halt' }, { do: 'halt', positions: 'sell' }])
})

test('/help says that a halt needs one tap, and the device to undo it', async () => {
  const { chat } = await obedient()
  chat.sendText('/Help')
  const { text } = await chat.waitForMessage(
    ({ text }) => text?.includes('One tap on /halt') === true,
  )
  expect(text).toContain('keyside unhalt')
})

test('/halt sell sells as well, and with any other word it is a /halt', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const instructions: unknown[] = []
  fixture.device.answer = ({ jti, instruction }) => {
    instructions.push(instruction)
    return { type: 'answer', to: jti, answer: { about: 'done' } }
  }
  chat.sendText('/halt Sell')
  await chat.waitForMessage(({ text }) => text?.includes('Halted, and selling:') === true)
  chat.sendText('/halt now')
  await chat.waitForMessage(({ text }) => text?.includes('Halted:') === true)
  const halts = instructions.filter((one) => (one as { do: string }).do === 'halt')
  expect(halts).toEqual([{ do: 'halt', positions: 'sell' }, { do: 'halt' }])
})

test.for([
  'status',
  'balance',
  'positions',
  'orders',
  'limits',
  'trades',
  'pause',
  'resume',
  'halt',
])('a refused /%s shows the reason, with its markup harmless', async (name) => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const answer = { about: 'refused', code: 'some.code', message: 'no <b>&' } as const
  fixture.device.answer = ({ jti, instruction }) =>
    instruction.do === 'replay' ? null : { type: 'answer', to: jti, answer }
  chat.sendText(`/${name}`)
  await chat.waitForMessage(({ text }) => text?.includes('No <b>&. some.code') === true)
  expect(fixture.device.asked).toEqual([name])
})

test('a device that does not answer is said so, and a halt is not called done', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  chat.sendText('/halt')
  await until(() => fixture.device.asked.length === 1)
  fixture.clock.advance(5001)
  await chat.waitForMessage(({ text }) => text?.includes('has not confirmed the halt') === true)
})

test('a /resume from long ago is not done, a /halt is', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  for (const text of ['/resume', '/halt']) {
    const entities = [{ type: 'bot_command', offset: 0, length: text.length }]
    const date = Math.floor(fixture.clock.now() / 1000) - 3600
    const message = {
      message_id: 1,
      date,
      chat: { id: OWNER, type: 'private' },
      from,
      text,
      entities,
    }
    fixture.telegram.inject({ message })
  }
  await chat.waitForMessage(({ text }) => text?.includes('while I was away') === true)
  await until(() => fixture.device.asked.length === 1)
  expect(fixture.device.asked).toEqual(['halt'])
})
