// One bot and two devices of one owner: what belongs to one never reaches the other.
import { join } from 'node:path'
import type { Command, ReportEvent } from '@keyside/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { ownTime } from '../runtime/testing/own-time.ts'
import { botConfig } from './config.ts'
import { openStore } from './store/open.ts'
import { approvalOf, orderOf, stepOf } from './testing/events.ts'
import { allSent, allTaken, openFixture, until } from './testing/fixture.ts'
import { FIRST_KEYS, SECOND_KEYS } from './testing/scripted-device.ts'

async function openTwo() {
  const fixture = await openFixture({ devices: 'two' })
  const chat = await fixture.claim()
  const { device: north, second: south } = fixture
  if (south === null) return expect.unreachable()
  return { ...fixture, chat, north, south }
}

const done = (command: Command): ReportEvent | null =>
  command.instruction.do === 'replay'
    ? null
    : {
        type: 'answer',
        to: command.jti,
        answer:
          command.instruction.do === 'pause'
            ? { about: 'pauses', state: 'paused', pauses: [] }
            : { about: 'done' },
      }

const notice = (message: string): ReportEvent => ({
  type: 'notice',
  level: 'warning',
  code: 'clock_skew',
  message,
})

test('a card names its device, and a press on it reaches that device alone, whatever id another gives an order', async () => {
  const { chat, north, south, clock } = await openTwo()
  const needed = approvalOf(orderOf(7), clock.now() / 1000 + 60)
  await south.report(needed)
  const card = await chat.waitForMessage(({ caption }) => caption?.includes('south') === true)
  await north.report(needed)
  await chat.waitForMessage(({ caption }) => caption?.includes('north') === true)
  await north.report(stepOf(orderOf(7), 'expired'))
  await chat.waitForMessage(
    ({ caption = '' }) => caption.includes('north') && caption.includes('Time is up'),
  )
  chat.pressButton(card, '✅ Approve')
  await until(() => south.approvals.length === 1)
  expect(south.approvals[0]).toMatchObject({ order: orderOf(7).id, answer: 'approve' })
  expect(north.approvals).toEqual([])
})

test('one halt reaches both, and each is told by its name', async () => {
  const { chat, north, south } = await openTwo()
  north.answer = done
  south.answer = done
  chat.sendText('/halt')
  for (const name of ['north', 'south'])
    await chat.waitForMessage(({ text = '' }) => text.includes(name) && text.includes('Halted:'))
  expect([north.asked, south.asked]).toEqual([['halt'], ['halt']])
})

test('a halt with the name of one halts that one', async () => {
  const { chat, north, south } = await openTwo()
  north.answer = done
  south.answer = done
  chat.sendText('/halt south')
  await chat.waitForMessage(({ text = '' }) => text.includes('south') && text.includes('Halted:'))
  expect([north.asked, south.asked]).toEqual([[], ['halt']])
  chat.sendText('/halt north please')
  await until(() => north.asked.length === 1 && south.asked.length === 2)
})

test('a device that is silent is told, and does not hold the other up', async () => {
  const { chat, north, south, clock } = await openTwo()
  north.answer = done
  chat.sendText('/halt')
  await chat.waitForMessage(({ text = '' }) => text.includes('north') && text.includes('Halted:'))
  expect(chat.messages().some(({ text = '' }) => text.includes('not confirmed'))).toBe(false)
  await until(() => south.asked.length === 1)
  clock.advance(5_000)
  await chat.waitForMessage(
    ({ text = '' }) => text.includes('south') && text.includes('has not confirmed the halt'),
  )
})

test('a command with a name goes to that device, and to none if there is no such', async () => {
  const { chat, north, south } = await openTwo()
  south.answer = done
  chat.sendText('/pause South')
  await chat.waitForMessage(({ text = '' }) => text.includes('south') && text.includes('Paused'))
  chat.sendText('/status west')
  await chat.waitForMessage(({ text = '' }) => text.includes('There are: north, south'))
  expect([north.asked, south.asked]).toEqual([[], ['pause']])
})

test('reports with the same numbers are kept apart, and what is missing is asked of its own device', async () => {
  const fixture = await openTwo()
  const { chat, north, south } = fixture
  for (const [device, name] of [
    [north, 'a'],
    [south, 'b'],
  ] as const)
    for (const word of ['one', 'two']) await device.report(notice(`${word} of ${name}`))
  await allTaken(fixture)
  await allSent(fixture)
  for (const [name, word] of [
    ['north', 'Two of a'],
    ['south', 'Two of b'],
  ] as const)
    await chat.waitForMessage(({ text = '' }) => text.includes(name) && text.includes(word))
  const replays = () => north.commands.length
  const before = replays()
  await south.send(south.sign(5, notice('five of b')))
  await until(() => south.commands.some(({ instruction: i }) => i.do === 'replay' && i.after === 2))
  expect(replays()).toBe(before)
})

test('a message of one device on the link of the other is not believed', async () => {
  const { south, log } = await openTwo()
  await south.send(south.sign(1, notice('of north?'), {}, FIRST_KEYS.device))
  await until(() => log.some((line) => line.includes('report_refused')))
})

test('two devices with one key are refused: they would be copies of one home', () => {
  const device = (signingKeyFile: string, key = FIRST_KEYS.device.publicKey) => ({
    broker: { url: 'mqtts://one:8883', tokenFile: 'token' },
    signingKeyFile,
    id: 'device',
    key,
  })
  const parse = (devices: Record<string, unknown>) =>
    botConfig.safeParse({ devices, telegram: { tokenFile: 'token' } }).success
  const other = SECOND_KEYS.device.publicKey
  expect(parse({ north: device('a'), south: device('b', other) })).toBe(true)
  expect(parse({ north: device('a'), south: device('b') })).toBe(false)
  expect(parse({ north: device('a'), south: device('a', other) })).toBe(false)
  expect(parse({})).toBe(false)
})

test('a device that is taken out is served no more at once, and nothing of it stays; one that is paired is served at once', async () => {
  const fixture = await openTwo()
  const { chat, north, south, clock, serve, home } = fixture
  north.answer = done
  south.answer = done
  await south.report(approvalOf(orderOf(7), clock.now() / 1000 + 60))
  const card = await chat.waitForMessage(({ caption }) => caption?.includes('south') === true)
  await north.report(notice('of the north'))
  await allTaken(fixture)
  await allSent(fixture)
  serve(['north'])
  clock.advance(250)
  const store = openStore(join(home, 'bot.db'))
  onTestFinished(() => store.close())
  const kept = () =>
    ['card', 'message', 'delivered_report', 'kept_report']
      .flatMap((table) => store.prepare(`SELECT device FROM ${table}`).all())
      .concat(store.prepare('SELECT name AS device FROM device').all())
      .some(({ device }) => device === 'south')
  await until(() => !kept())
  expect(store.prepare("SELECT 1 FROM device WHERE name = 'north'").all()).toHaveLength(1)
  chat.pressButton(card, '✅ Approve')
  chat.sendText('/pause')
  await until(() => north.asked.length === 1)
  // A single device is not named any more.
  await chat.waitForMessage(({ text = '' }) => text.startsWith('⏸'))
  const heard = south.commands.length
  await south.report(notice('of the south'))
  expect([south.asked, south.approvals]).toEqual([[], []])
  expect(south.commands, 'nor are the reports asked for that came before').toHaveLength(heard)
  expect(kept()).toBe(false)

  const before = south.commands.length
  serve(['north', 'south'])
  clock.advance(250)
  // It asks for what it has missed as soon as it is connected.
  await until(() => south.commands.length > before)
  chat.sendText('/pause south')
  await until(() => south.asked.length === 1)
  await chat.waitForMessage(({ text = '' }) => text.includes('south') && text.includes('Paused'))
})

test('the connection to a device that is taken out is closed within a second', async () => {
  const { linesToSecond, serve, clock } = await openTwo()
  expect(linesToSecond()).toBe(1)
  serve(['north'])
  const passed = ownTime()
  clock.advance(250)
  await until(() => linesToSecond() === 0)
  // The clock above is turned by hand; looking for a change takes the first quarter of the second.
  expect(passed()).toBeLessThan(750)
})

test('where another bot has taken its place it asks Telegram for nothing more, and does not call that trouble', async () => {
  const { telegram, clock, serve, claim, log } = await openFixture()
  const chat = await claim()
  serve([])
  clock.advance(250)
  await until(() => log.some((line) => line.includes('is silent from now on')))
  const asked = () => telegram.calls.filter(({ method }) => method === 'getUpdates').length
  const before = asked()
  chat.sendText('/status')
  clock.advance(5_000)
  await until(() => chat.messages().length > 0)
  expect(asked() - before).toBeLessThanOrEqual(1)
  expect(chat.messages().some(({ text = '' }) => text.includes('cannot hear'))).toBe(false)
})

test('a command in a message can be typed as it stands: it names the account that the message is about', async () => {
  const { chat, south } = await openTwo()
  await south.report(notice('look there, then run "keyside unhalt" or keyside journal adjust'))
  const { text } = await chat.waitForMessage(({ text }) => text?.includes('unhalt') === true)
  expect(text).toContain(
    '"keyside unhalt --account south" or keyside journal adjust --account south',
  )
})
