// Reports become messages: each once, in order, none lost.
import { join } from 'node:path'
import { ORDER_STATUSES, type ReportEvent } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { openStore } from '../store/open.ts'
import { approvalOf, digestOf, orderOf, stepOf } from '../testing/events.ts'
import { allTaken, type BotFixture, openFixture, until } from '../testing/fixture.ts'

const notice = (message: string): ReportEvent => ({
  type: 'notice',
  level: 'warning',
  code: `n.${message.length}`,
  message,
})

test('a report that comes twice is told once, and a forged one never', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const token = fixture.device.sign(1, { type: 'state', state: 'paused', by: '<b>&' })
  await fixture.device.send(token)
  await fixture.device.send(token)
  await fixture.device.send(token.replace(/.{4}$/, 'AAAA'))
  await until(() => fixture.log.some((line) => line.includes('report_refused')))
  await chat.waitForMessage(({ text }) => text?.includes('<b>&') === true)
  expect(chat.messages().filter(({ text }) => text?.includes('<b>&'))).toHaveLength(1)
})

test('a gap is asked for, and told in order', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  await fixture.device.send(fixture.device.sign(2, notice('second one')))
  const replays = () => fixture.device.commands.map(({ instruction }) => instruction)
  await until(() => replays().length === 2)
  expect(replays()[1]).toEqual({ do: 'replay', after: 0 })
  await fixture.device.send(fixture.device.sign(1, notice('first')))
  await fixture.device.send(fixture.device.sign(2, notice('second one')))
  await chat.waitForMessage(({ text }) => text?.includes('Second one') === true)
  const told = chat.messages().map(({ text = '' }) => text)
  expect(told.slice(-2)).toEqual(['⚠️ first. n.5', '⚠️ Second one. n.10'])
})

test('a flood of one refusal is one message with a count', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  for (let times = 0; times < 20; times += 1)
    await fixture.device.report({ type: 'refusal', code: 'sym.allow', message: 'not on your list' })
  await until(() => fixture.device.seq === 20 && chat.messages().length > 2)
  fixture.clock.advance(5000)
  await chat.waitForMessage(({ text }) => text?.includes('20 times') === true)
  expect(chat.messages().filter(({ text }) => text?.includes('Not on your list'))).toHaveLength(1)
})

test('an alert rings once, with what the rule looked at, and counts up while it comes and goes', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const closed = fixture.clock.now() / 1000
  const hot = (value: string, name = 'hot'): ReportEvent => ({
    type: 'alert',
    stream: 'north/trend-1',
    market: 'BTC/USDT',
    name,
    text: `see https://a.b or t.me/x, rsi(14) ${value}`,
    price: '65000.120',
    timeframe: '1m',
    closed,
  })
  await fixture.device.report(hot('80.31'))
  await fixture.device.report(hot('9.00', 'cold'))
  await fixture.device.report(hot('81.00'))
  await allTaken(fixture)
  fixture.clock.advance(5000)
  await chat.waitForMessage(({ text }) => text?.includes('2 times') === true)
  const alerts = chat.messages().filter(({ text }) => text?.includes('🔔'))
  const clock = new Date(closed * 1000).toISOString().slice(11, 16)
  expect(alerts.map(({ text }) => text?.split('\n').slice(0, 3))).toEqual([
    [
      '🔔 north/trend-1 · BTC/USDT: hot',
      'see https://a.b or t.me/x, rsi(14) 81.00',
      `65,000.12 USDT, 1m candle of ${clock} UTC`,
    ],
    expect.arrayContaining(['🔔 north/trend-1 · BTC/USDT: cold']),
  ])
  for (const { entities = [] } of alerts)
    expect(entities.map(({ type }) => type)).toEqual(['bold', 'code'])
})

test('the same alarm of two positions is two messages, and each counts alone', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const alarm = (market: string, bid: number): ReportEvent => ({
    type: 'notice',
    level: 'error',
    code: 'stop_failed',
    message: `a position has no stop (demo, ${market}): the bid is ${bid}.5`,
  })
  for (const bid of [1, 2]) {
    await fixture.device.report(alarm('BTC/USDT', bid))
    await fixture.device.report(alarm('ETH/USDT', bid))
  }
  await allTaken(fixture)
  fixture.clock.advance(5000)
  const alarms = () => chat.messages().filter(({ text }) => text?.includes('has no stop'))
  await until(() => alarms().filter(({ text }) => text?.includes('2 times')).length === 2)
  expect(alarms().map(({ text }) => /BTC|ETH/.exec(text ?? '')?.[0])).toEqual(['BTC', 'ETH'])
})

test('what the device can send no more is confessed, and what follows is told', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const { device } = fixture
  const token = device.sign(5, notice('the fifth'))
  await device.send(token)
  const asked = () =>
    device.commands.filter(({ instruction }) => instruction.do === 'replay').length
  for (
    let times = asked();
    times < 9 && !fixture.log.join('').includes('reports_lost');
    times += 1
  ) {
    fixture.clock.advance(3001)
    await device.send(token)
    await settled(fixture, chat)
  }
  await chat.waitForMessage(({ text }) => text?.includes('The fifth') === true)
  const told = chat.messages().map(({ text = '' }) => text)
  expect(told.some((text) => text.includes('4 reports of your device could not'))).toBe(true)
  expect(asked(), 'three times and no more').toBeLessThanOrEqual(6)
})

test('a report that cannot be told is confessed, and stops none behind it', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const store = openStore(join(fixture.home, 'bot.db'))
  store.exec('DROP TABLE repeated_message')
  store.close()
  await fixture.device.report(notice('first'))
  await fixture.device.report({ type: 'state', state: 'halted', by: 'device' })
  await chat.waitForMessage(({ text }) => text?.includes('halted by device') === true)
  const told = chat.messages().map(({ text = '' }) => text)
  expect(told.at(-2)).toContain('A report of your device could not be shown.')
  const codes = fixture.log.map((line) => (JSON.parse(line) as { code?: string }).code)
  expect(codes.filter((code) => code === 'report_not_shown')).toHaveLength(1)
})

/** A question and its answer pass through everything. */
async function settled({ device }: BotFixture, chat: Awaited<ReturnType<BotFixture['claim']>>) {
  const asked = device.asked.length
  chat.sendText('/pause')
  await until(() => device.asked.length > asked)
}

test('a device that numbers anew is heard, an old presence shown again changes nothing', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const { device, clock } = fixture
  const old = clock.now() / 1000 - 60
  for (const word of ['one', 'two two', 'three three']) await device.report(notice(word))
  await chat.waitForMessage(({ text }) => text?.includes('Three three') === true)
  clock.advance(1000)
  const fresh = 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg'
  const journals = [device.journal, fresh]
  device.journal = fresh
  await device.presence('online', 0, old)
  device.journal = journals[0] ?? ''
  await device.presence('online', 3)
  await device.report(notice('four: it goes on'))
  await chat.waitForMessage(({ text }) => text?.includes('four: it') === true)
  clock.advance(1000)
  device.journal = fresh
  await device.presence('online', 0)
  await device.send(device.sign(1, notice('new life')))
  await chat.waitForMessage(({ text }) => text?.includes('New life') === true)
  const last = device.commands.at(-1)?.instruction
  expect(last).toEqual({ do: 'replay', after: 0 })
})

test('a change that the owner asked for is told once, and one by somebody else is told too', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const { device } = fixture
  device.answer = ({ jti, instruction }) => {
    if (instruction.do === 'replay') return null
    device.report({ type: 'state', state: 'paused', by: 'telegram:1001' }).catch(() => undefined)
    return { type: 'answer', to: jti, answer: { about: 'pauses', state: 'paused', pauses: [] } }
  }
  chat.sendText('/pause')
  await chat.waitForMessage(({ text }) => text?.includes('/resume ends it') === true)
  await device.report({ type: 'state', state: 'halted', by: 'device' })
  await chat.waitForMessage(({ text }) => text?.includes('halted by device') === true)
  const told = chat.messages().filter(({ text }) => /paused/i.test(text ?? ''))
  expect(told).toHaveLength(1)
  await device.report({ type: 'state', state: 'paused', by: 'telegram:1001' })
  await chat.waitForMessage(({ text }) => text?.includes('paused by you') === true)
})

const alertSaying = (text: string): ReportEvent => ({
  type: 'alert',
  stream: 'home/demo',
  market: 'BTC/USDT',
  text,
  price: '1',
  timeframe: '1m',
  closed: 0,
})

const BAIT = '<b>&"</b>'
/** These give no reason, or are followed by a report that does. */
const PLAIN: readonly string[] = ['declined', 'expired', 'replaced', 'approved', 'submitted']
const STEPS = ORDER_STATUSES.filter((status) => !PLAIN.includes(status))

test('markup in a report of any kind is only letters', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const needed = { reason: BAIT, timeframe: '<b>&' }
  const why = { code: 'some.code', message: BAIT }
  const events: ReportEvent[] = [
    { type: 'refusal', ...why },
    { type: 'refusal', order: digestOf(98), ...why },
    { type: 'notice', level: 'error', ...why },
    alertSaying(BAIT),
    ...(['running', 'paused', 'halted'] as const).map(
      (state): ReportEvent => ({ type: 'state', state, by: BAIT }),
    ),
    approvalOf(orderOf(99), fixture.clock.now() / 1000 + 600, needed),
    ...STEPS.map((status, at) => stepOf(orderOf(at), status, why)),
  ]
  const baited = () =>
    chat.messages().filter(({ text, caption }) => (text ?? caption)?.includes(BAIT))
  for (const [at, event] of events.entries()) {
    await fixture.device.report(event)
    await until(() => baited().length === at + 1)
    // One message a second is what a chat may be sent.
    fixture.clock.advance(1000)
  }
  for (const { text, caption, entities, caption_entities } of baited())
    for (const { offset, length } of entities ?? caption_entities ?? [])
      expect((text ?? caption ?? '').slice(offset, offset + length)).not.toBe('&"')
})
