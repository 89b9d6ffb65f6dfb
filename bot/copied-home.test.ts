// One home on two machines: two programs with one name, one journal and one key, whose messages alternate.

import type { ReportEvent } from '@keyside/protocol'
import { newJti, systemRandomBytes } from '@keyside/runtime'
import type { ChatPlayer } from '@keyside/sandbox'
import { expect, test } from 'vitest'
import { Halts } from './device/halts.ts'
import { Sessions } from './device/sessions.ts'
import { type BotFixture, openFixture } from './testing/fixture.ts'

const notice = (code: string): ReportEvent => ({
  type: 'notice',
  level: 'warning',
  code,
  message: `this is ${code}`,
})
const [FIRST, SECOND] = [newJti(systemRandomBytes), newJti(systemRandomBytes)]

/** The other program takes over: its last words are the will of the first. */
async function takeOver(
  { device, clock }: BotFixture,
  session: string,
  reports: number,
): Promise<void> {
  const before = device.session
  clock.advance(1000)
  await device.presence('offline')
  device.session = session
  await device.presence('online', reports)
  expect(before).not.toBe(session)
}

const textsOf = (chat: ChatPlayer) => chat.messages().map(({ text = '' }) => text)

const halts = ({ device }: BotFixture) =>
  device.commands.filter(({ instruction }) => instruction.do === 'halt')

test('what only one of the two says is told, and nothing twice', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const { device } = fixture
  device.session = FIRST
  await device.presence('online', 0)
  const at = fixture.clock.now() / 1000
  /** As in a replay: a new signature, the same event and time. */
  const say = (seq: number, code: string) => device.send(device.sign(seq, notice(code), { at }))
  await say(1, 'shared')
  await say(2, 'first')
  await chat.waitForMessage(({ text }) => text?.includes('is first') === true)
  await takeOver(fixture, SECOND, 1)
  await say(1, 'shared')
  await say(2, 'second')
  await chat.waitForMessage(({ text }) => text?.includes('is second') === true)
  await takeOver(fixture, FIRST, 2)
  for (const [seq, code] of ['shared', 'first', 'last'].entries()) await say(seq + 1, code)
  await chat.waitForMessage(({ text }) => text?.includes('is last') === true)
  const told = textsOf(chat).filter((text) => text.includes('This is'))
  expect(told.map((text) => text.split(' ').at(-1))).toEqual(['shared', 'first', 'second', 'last'])
  const replays = device.commands.flatMap(({ instruction }) =>
    instruction.do === 'replay' ? [instruction.after] : [],
  )
  expect(
    replays.every((after) => after <= 2),
    'the numbers never begin anew',
  ).toBe(true)
})

test('a halt reaches the second program when its turn comes, without a sale, and the trader is told', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const { device } = fixture
  device.session = FIRST
  await device.presence('online', 0)
  await takeOver(fixture, SECOND, 0)
  await takeOver(fixture, FIRST, 0)
  device.answer = ({ jti, instruction }) =>
    instruction.do === 'halt' ? { type: 'answer', to: jti, answer: { about: 'done' } } : null
  chat.sendText('/halt sell')
  await chat.waitForMessage(({ text }) => text?.includes('Halted, and selling') === true)
  fixture.clock.advance(3001)
  expect(halts(fixture)).toHaveLength(1)
  await takeOver(fixture, SECOND, 0)
  await chat.waitForMessage(({ text }) => text?.includes('has halted too') === true)
  expect(halts(fixture).map(({ instruction }) => instruction)).toEqual([
    { do: 'halt', positions: 'sell' },
    { do: 'halt' },
  ])
  // Once two sessions are known, offline presences are expected.
  expect(textsOf(chat).filter((text) => text.includes('offline')).length).toBeLessThanOrEqual(2)
})

function haltsOf(sessions: Sessions) {
  const sent: number[] = []
  const told: string[] = []
  const send = async (user: number) => void sent.push(user)
  return {
    sent,
    told,
    halts: new Halts({ sessions, send, notify: (what) => void told.push(what) }),
  }
}

test('a halt that nobody acknowledged is sent again to who was heard before it, until it is acknowledged', async () => {
  const sessions = new Sessions()
  sessions.markHeard('a', 0)
  const { halts: one, sent, told } = haltsOf(sessions)
  one.begin(7, 1000)
  await one.repeat(5000)
  expect(sent, 'the answer may still come').toEqual([])
  await one.repeat(7000)
  await one.repeat(10_000)
  expect(sent).toEqual([7, 7])
  one.acknowledge('a')
  await one.repeat(13_000)
  expect(sent).toEqual([7, 7])
  expect(told).toEqual([])
})

test('a program that began after the halt is not halted: unhalt and a restart must count', async () => {
  const sessions = new Sessions()
  sessions.markHeard('a', 0)
  const { halts: one, sent } = haltsOf(sessions)
  one.begin(7, 1000)
  one.acknowledge('a')
  sessions.markHeard('b', 60_000)
  await one.repeat(60_000)
  expect(sent).toEqual([])
})

test('a restart is no rival, and one that comes back after another is, for ten minutes', async () => {
  const sessions = new Sessions()
  expect(['a', 'a', 'b'].map((session, at) => sessions.markHeard(session, at))).toEqual([
    true,
    false,
    true,
  ])
  expect(sessions.hasRivals(3)).toBe(false)
  sessions.markHeard('a', 4)
  expect(sessions.hasRivals(5)).toBe(true)
  expect(sessions.hasRivals(600_005)).toBe(false)
})

test('the trader is told when one of two rivals has not acknowledged, once', async () => {
  const sessions = new Sessions()
  for (const [at, session] of ['a', 'b', 'a'].entries()) sessions.markHeard(session, at)
  const { halts: one, told } = haltsOf(sessions)
  one.begin(7, 1000)
  one.acknowledge('a')
  for (const now of [4000, 17_000, 20_000]) await one.repeat(now)
  expect(told).toEqual(['another_silent'])
  one.acknowledge('b')
  expect(told).toEqual(['another_silent', 'another_halted'])
})
