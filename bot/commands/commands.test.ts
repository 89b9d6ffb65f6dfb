// Commands go to the device, and its answers come back as a trader reads them.
import { expect, test } from 'vitest'
import { OWNER, openRig, until } from '../rig-for-tests.ts'

test('/halt works at once and says how to undo it', async () => {
  const rig = await openRig()
  const chat = await rig.claim()
  rig.device.answer = ({ jti, instruction }) =>
    instruction.do === 'halt' ? { type: 'answer', to: jti, answer: { about: 'done' } } : null
  chat.sendText('/status')
  chat.sendText('/halt')
  const reply = await chat.waitForMessage(({ text }) => text?.includes('Halted:') === true)
  expect(reply.text).toContain('keyside unhalt')
  expect(rig.device.asked).toEqual(['status', 'halt'])
})

test('/halt sell sells as well, and with any other word it is a /halt', async () => {
  const rig = await openRig()
  const chat = await rig.claim()
  const instructions: unknown[] = []
  rig.device.answer = ({ jti, instruction }) => {
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

test.for(['status', 'balance', 'positions', 'orders', 'trades', 'pause', 'resume', 'halt'])(
  'a refused /%s shows the reason, with its markup harmless',
  async (name) => {
    const rig = await openRig()
    const chat = await rig.claim()
    const answer = { about: 'refused', code: 'some.code', message: 'no <b>&' } as const
    rig.device.answer = ({ jti, instruction }) =>
      instruction.do === 'replay' ? null : { type: 'answer', to: jti, answer }
    chat.sendText(`/${name}`)
    await chat.waitForMessage(({ text }) => text?.includes('No <b>&. some.code') === true)
    expect(rig.device.asked).toEqual([name])
  },
)

test('a device that does not answer is said so, and a halt is not called done', async () => {
  const rig = await openRig()
  const chat = await rig.claim()
  chat.sendText('/halt')
  await until(() => rig.device.asked.length === 1)
  rig.clock.advance(5001)
  await chat.waitForMessage(({ text }) => text?.includes('has not confirmed the halt') === true)
})

test('a /resume from long ago is not done, a /halt is', async () => {
  const rig = await openRig()
  const chat = await rig.claim()
  for (const text of ['/resume', '/halt']) {
    const entities = [{ type: 'bot_command', offset: 0, length: text.length }]
    const from = { id: OWNER, is_bot: false, first_name: 'Owner' }
    const date = Math.floor(rig.clock.now() / 1000) - 3600
    const message = {
      message_id: 1,
      date,
      chat: { id: OWNER, type: 'private' },
      from,
      text,
      entities,
    }
    rig.telegram.inject({ message })
  }
  await chat.waitForMessage(({ text }) => text?.includes('while I was away') === true)
  await until(() => rig.device.asked.length === 1)
  expect(rig.device.asked).toEqual(['halt'])
})
