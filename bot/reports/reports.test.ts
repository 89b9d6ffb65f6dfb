// Reports become messages: each once, in order, none lost.
import type { ReportEvent } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { openRig, until } from '../rig-for-tests.ts'

const notice = (message: string): ReportEvent => ({
  type: 'notice',
  level: 'warning',
  code: `n.${message.length}`,
  message,
})

test('a report that comes twice is told once, and a forged one never', async () => {
  const rig = await openRig()
  const chat = await rig.claim()
  const token = rig.device.seal(1, { type: 'state', state: 'paused', by: '<b>&' })
  await rig.device.send(token)
  await rig.device.send(token)
  await rig.device.send(token.replace(/.{4}$/, 'AAAA'))
  await until(() => rig.log.some((line) => line.includes('report_refused')))
  await chat.waitForMessage(({ text }) => text?.includes('<b>&') === true)
  expect(chat.messages().filter(({ text }) => text?.includes('<b>&'))).toHaveLength(1)
})

test('a gap is asked for, and told in order', async () => {
  const rig = await openRig()
  const chat = await rig.claim()
  await rig.device.send(rig.device.seal(2, notice('second one')))
  const replays = () => rig.device.commands.map(({ instruction }) => instruction)
  await until(() => replays().length === 2)
  expect(replays()[1]).toEqual({ do: 'replay', after: 0 })
  await rig.device.send(rig.device.seal(1, notice('first')))
  await rig.device.send(rig.device.seal(2, notice('second one')))
  await chat.waitForMessage(({ text }) => text?.includes('Second one') === true)
  const told = chat.messages().map(({ text = '' }) => text)
  expect(told.slice(-2)).toEqual(['⚠️ first. n.5', '⚠️ Second one. n.10'])
})

test('a flood of one refusal is one message with a count', async () => {
  const rig = await openRig()
  const chat = await rig.claim()
  for (let times = 0; times < 20; times += 1)
    await rig.device.report({ type: 'refusal', code: 'sym.allow', message: 'not on your list' })
  await chat.waitForMessage(({ text }) => text?.includes('20 times') === true)
  expect(chat.messages().filter(({ text }) => text?.includes('Not on your list'))).toHaveLength(1)
})
