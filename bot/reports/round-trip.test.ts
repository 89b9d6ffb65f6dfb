// The whole chat of a trader: every event once, in order, and red only where a person is needed.
import type { OrderView, ReportEvent } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { approvalOf, orderOf, stepOf } from '../testing/events.ts'
import {
  allSent,
  allTaken,
  type BotFixture,
  openFixture,
  presenceTaken,
  until,
} from '../testing/fixture.ts'

type Chat = Awaited<ReturnType<BotFixture['claim']>>

const STOP: Partial<OrderView> = {
  kind: 'stop',
  side: 'sell',
  amount: '0.04995',
  stop: '63000',
  price: '61740',
  signal: orderOf(1).signal,
}
const EXIT: Partial<OrderView> = { ...STOP, kind: 'exit', price: '63000', stop: undefined } as never
const entry = orderOf(1)
const stop = orderOf(2, STOP)
const { stop: _, ...exit } = orderOf(3, EXIT)
const taken = (code: string) => ({ code, message: 'this device has taken the stop off the book' })
const sold = {
  filled: '0.04995',
  average: '64600',
  result: { gain: '20.4', negative: false, paid: '3202.5', held: 14_400 },
  reason: 'ema(12) crossed under ema(26)',
}
const notice = (code: string, level: 'info' | 'warning' = 'info'): ReportEvent => ({
  type: 'notice',
  level,
  code,
  message: `a notice of ${code}`,
})

/** Without a chart, which takes its time to be drawn. */
const question = ({ clock }: BotFixture, life: number) =>
  approvalOf(entry, clock.now() / 1000 + life, { candles: [] })

/** All messages of the bot, the greeting aside. */
function said(chat: Chat): string[] {
  return chat
    .messages()
    .filter(
      ({ from, text }) => from?.is_bot === true && text?.includes('This bot is yours') !== true,
    )
    .map(({ text, caption }) => text ?? caption ?? '')
}

/** Sends reports one after the other, each shown before the next. */
async function report(fixture: BotFixture, events: readonly ReportEvent[]) {
  for (const event of events) {
    await fixture.device.report(event)
    await allTaken(fixture)
    await allSent(fixture)
  }
}

const withoutHelp = (lines: readonly string[]) =>
  lines.filter((line) => !line.includes('/status –'))
const linesWith = (chat: Chat, word: string) =>
  said(chat)
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.includes(word))

test('a sale that is told again with all its fees is the same message, and joins no later trade', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const bought = { filled: '0.05', average: '64050.1' }
  const fees = [{ amount: '0.0004', currency: 'BNB' }]
  const early = { ...sold, result: { ...sold.result, besides: fees } }
  const later = orderOf(9)
  await report(fixture, [stepOf(entry, 'filled', bought), stepOf(exit, 'filled', early)])
  expect(said(chat).join()).toContain(', without fees of 0.0004 BNB')
  await report(fixture, [stepOf(exit, 'filled', sold), stepOf(later, 'filled', bought)])
  const told = said(chat)
  expect(told.filter((text) => text.includes('fees included'))).toHaveLength(1)
  expect(told.join()).not.toContain('without fees')
  await report(fixture, [stepOf(exit, 'filled', sold)])
  expect(said(chat)).toEqual(told)
})

test('a round trip is a card that becomes the purchase, a stop, and a sale with its result', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  await fixture.device.report(question(fixture, 60))
  const card = await chat.waitForMessage(({ reply_markup }) => reply_markup !== undefined)
  chat.pressButton(card, '✅ Approve')
  await until(() => fixture.device.approvals.length === 1)
  await report(fixture, [
    stepOf(entry, 'approved'),
    stepOf(entry, 'submitted'),
    stepOf(entry, 'filled', { filled: '0.05', average: '64050.1' }),
    stepOf(stop, 'submitted'),
    stepOf(stop, 'accepted'),
    notice('position_closing', 'warning'),
    stepOf(stop, 'canceled', taken('stop_taken_off')),
    stepOf(exit, 'submitted', { reason: sold.reason }),
    stepOf(exit, 'filled', sold),
  ])
  expect(withoutHelp(said(chat)).map((text) => text.split('\n').at(-1))).toEqual([
    '🏁 Sold at 64,600: the answer below has the result.',
    'ema(12) crossed under ema(26)',
  ])
  expect(withoutHelp(said(chat)).at(-1)).toBe(
    [
      'BTC/USDT · ema-cross',
      '✅ Sold 0.04995 BTC at 64,600 USDT, 3,226.77 USDT in all.',
      'Result +20.4 USDT (+0.64 %), fees included, held 4 h.',
      'ema(12) crossed under ema(26)',
    ].join('\n'),
  )
  expect(linesWith(chat, 'Bought')).toHaveLength(1)
  expect(linesWith(chat, '✅ Sold')).toHaveLength(1)
  expect(said(chat).join('\n')).not.toMatch(/🛑|🔴|❌|⚠️|Canceled|found nobody/)
})

/** Each message with the one that it answers, by their places in the chat. */
function threads(chat: Chat): [number, number | null][] {
  const own = chat.messages().filter(({ from }) => from?.is_bot === true)
  const placeOf = (id: number | undefined) => own.findIndex(({ message_id }) => message_id === id)
  return own.flatMap(({ reply_to_message: answered }, at) =>
    answered === undefined ? [] : [[at, placeOf(answered.message_id)]],
  )
}

const bought = { filled: '0.05', average: '64050.1' }
const part = {
  filled: '0.02',
  average: '64300',
  result: { gain: '5', negative: false, paid: '1281' },
}

test('a trade without a card is one message while it lives, and each sale answers it', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const moved = orderOf(4, { ...STOP, stop: '63500', price: '62230' })
  const half = orderOf(5, { ...EXIT, amount: '0.02' })
  const first = withoutHelp(said(chat)).length
  await report(fixture, [stepOf(entry, 'filled', bought), stepOf(stop, 'accepted')])
  const shown = () => withoutHelp(said(chat)).slice(first)
  expect(shown()).toEqual([
    [
      'BTC/USDT · ema-cross',
      '✅ Bought 0.05 BTC at 64,050.1 USDT, 3,202.51 USDT in all.',
      '🛡 Stop stands at 63,000 USDT; sells at 61,740 or better.',
    ].join('\n'),
  ])
  await report(fixture, [
    stepOf(stop, 'canceled', taken('stop_replaced')),
    stepOf(moved, 'accepted'),
    stepOf(half, 'submitted'),
    stepOf(half, 'partially_filled', { filled: '0.01' }),
  ])
  expect(shown()).toHaveLength(1)
  expect(shown()[0]?.split('\n').slice(2)).toEqual([
    '🛡 Stop stands at 63,500 USDT, first at 63,000; sells at 62,230 or better.',
    '◐ Selling: 0.01 of 0.02 so far.',
  ])
  await report(fixture, [
    stepOf(half, 'filled', part),
    stepOf(moved, 'canceled', taken('stop_taken_off')),
    stepOf(exit, 'filled', { ...sold, filled: '0.02995' }),
  ])
  expect(shown()[0]?.split('\n').slice(2)).toEqual([
    '🏁 Sold at 64,300: the answer below has the result.',
    '🏁 Sold at 64,600: the answer below has the result.',
  ])
  expect(shown()).toHaveLength(3)
  expect(threads(chat)).toEqual([
    [2, 1],
    [3, 1],
  ])
})

test('what is added to a position has a message of its own, which goes on for both', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const more = orderOf(6)
  await report(fixture, [
    stepOf(entry, 'filled', bought),
    stepOf(stop, 'accepted'),
    stepOf(more, 'filled', bought),
    stepOf(orderOf(7, { ...STOP, amount: '0.1' }), 'accepted'),
    stepOf(exit, 'filled', { ...sold, filled: '0.05' }),
  ])
  const lastLines = withoutHelp(said(chat)).map((text) => text.split('\n').at(-1))
  expect(lastLines.slice(-3)).toEqual([
    '➕ Goes on below, with what was added.',
    '◐ Part sold: 0.05 BTC at 64,600.',
    'ema(12) crossed under ema(26)',
  ])
})

test('a restart of the device is no message, and a time away is one that says when it was back', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const { device, clock } = fixture
  await device.presence('online')
  await report(fixture, [notice('begins')])
  const before = said(chat).length
  const goes = async (ms: number) => {
    await device.presence('offline')
    await presenceTaken(fixture, 'offline')
    for (let waited = 0; waited < ms; waited += 3000) {
      clock.advance(3000)
      await allSent(fixture)
    }
  }
  const comes = async () => {
    await device.presence('online')
    await presenceTaken(fixture, 'online')
    await report(fixture, [{ type: 'state', state: 'running', by: 'start' }])
  }
  await goes(15_000)
  await comes()
  expect(said(chat).slice(before)).toEqual([])
  await goes(30_000)
  expect(said(chat).slice(before)).toEqual([expect.stringContaining('went offline')])
  await comes()
  expect(said(chat).slice(before)).toEqual([expect.stringContaining('is online again')])
  await goes(30_000)
  expect(said(chat).slice(before)).toHaveLength(2)
})

test('the phone rings for a fill that nobody waits for, and the card points to it', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  await fixture.device.report(question(fixture, 60))
  const card = await chat.waitForMessage(({ reply_markup }) => reply_markup !== undefined)
  chat.pressButton(card, '✅ Approve')
  await until(() => fixture.device.approvals.length === 1)
  await report(fixture, [stepOf(entry, 'approved'), stepOf(entry, 'accepted')])
  fixture.clock.advance(3_600_000)
  await report(fixture, [stepOf(entry, 'filled', { filled: '0.05', average: '64050.1' })])
  const bubbles = withoutHelp(said(chat))
  expect(bubbles[0]).toContain('told below')
  expect(bubbles.at(-1)).toContain('✅ Bought 0.05 BTC at 64,050.1 USDT')
  expect(linesWith(chat, 'Bought')).toHaveLength(1)
})

test('a stop that was filled is told once, with its loss', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const loss = { gain: '55.5', negative: true, paid: '3202.5' }
  await report(fixture, [
    stepOf(stop, 'accepted'),
    stepOf(stop, 'filled', { filled: '0.04995', average: '63000', result: loss }),
  ])
  expect(withoutHelp(said(chat))).toEqual([
    '🛡 Stop at 63,000 USDT · BTC/USDT · ema-cross\n⬇️ What became of it is told below.',
    [
      'BTC/USDT · ema-cross',
      '🛡 Sold by the stop: 0.04995 BTC at 63,000 USDT, 3,146.85 USDT in all.',
      'Result −55.5 USDT (−1.73 %), fees included.',
    ].join('\n'),
  ])
})

test('a stop that follows the price is one message, however often it moves', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const moves = [63_100, 63_200, 63_300].flatMap((at, index): ReportEvent[] => {
    const before = orderOf(10 + index, STOP)
    const next = orderOf(11 + index, { ...STOP, stop: String(at) })
    return [
      notice('stop_moved'),
      stepOf(before, 'canceled', taken('stop_replaced')),
      stepOf(next, 'submitted'),
      stepOf(next, 'accepted'),
    ]
  })
  await report(fixture, [stepOf(orderOf(10, STOP), 'accepted'), ...moves])
  const stops = withoutHelp(said(chat))
  expect(stops).toHaveLength(1)
  expect(stops[0]).toContain('Stop at 63,300 USDT')
})

test('a card that was ignored, and the exit of what was never bought, alarm nobody', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const { stream, market } = entry
  const superseded = { code: 'entry_superseded', message: 'the strategy has left' }
  await report(fixture, [
    question(fixture, 600),
    stepOf(entry, 'denied', superseded),
    { type: 'refusal', kind: 'exit', stream, market, code: 'no_position', message: 'nothing' },
  ])
  const bubbles = withoutHelp(said(chat))
  expect(bubbles).toHaveLength(1)
  expect(bubbles[0]).toContain(
    '⚪ Over. The strategy has left this idea again. Nothing was bought.',
  )
  expect(bubbles[0]).not.toMatch(/🛑|🔴|❌|⚠️|entry_superseded/)
})

test('a way out that is refused, and a message that nobody should have sent, are red', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const { stream, market } = entry
  const why = { code: 'market_unknown', message: 'it is gone' }
  await report(fixture, [
    { type: 'refusal', kind: 'entry', stream, market, ...why },
    { type: 'refusal', kind: 'exit', stream, market, ...why },
    { type: 'refusal', code: 'header_not_pinned', message: 'no trusted key has it' },
  ])
  expect(withoutHelp(said(chat)).map((text) => text.slice(0, 2))).toEqual(['⚪ ', '🛑', '🛑'])
})

test('an order that nobody knew of is told once it is known, and stands in the chat as a doubt no more', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const lost = { code: 'order_unknown', message: 'no answer' }
  await report(fixture, [
    stepOf(exit, 'submitted'),
    stepOf(exit, 'unknown', lost),
    stepOf(exit, 'filled', sold),
  ])
  const bubbles = withoutHelp(said(chat))
  expect(bubbles).toHaveLength(2)
  expect(bubbles[0]).toContain('told below')
  expect(bubbles.join('\n')).not.toContain('Nobody knows')
  expect(linesWith(chat, 'Sold')).toHaveLength(1)
})

test('an exit that fails again and again is one message with a count', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const nobody = { code: 'not_filled', message: 'nobody within the price' }
  const steps = [21, 22, 23].flatMap((number) => {
    const { stop: _, ...again } = orderOf(number, EXIT)
    return [stepOf(again, 'submitted'), stepOf(again, 'canceled', nobody)]
  })
  await report(fixture, steps)
  const bubbles = withoutHelp(said(chat))
  expect(bubbles).toHaveLength(1)
  expect(bubbles[0]).toContain('3 times')
})

test('a start that finds trading running says nothing, one that finds it halted does', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  await report(fixture, [
    { type: 'state', state: 'running', by: 'start' },
    { type: 'state', state: 'halted', by: 'start' },
  ])
  expect(withoutHelp(said(chat)).map((text) => text.split('\n')[0])).toEqual([
    '⏹ Trading is still halted. Only the device itself can undo it: keyside unhalt',
  ])
})

test('a halt that has a cause is told with it, once', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  await report(fixture, [
    { type: 'state', state: 'halted', by: 'loss.dd' },
    { type: 'notice', level: 'error', code: 'drawdown_reached', message: 'trading is halted' },
  ])
  expect(withoutHelp(said(chat))).toEqual(
    ['🔴 Trading is halted. drawdown_reached'].map((text) =>
      expect.stringContaining(text.slice(0, 20)),
    ),
  )
})

test('a halt leaves no card with a live button', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const message = 'trading is halted: no entries are taken now'
  await fixture.device.report(question(fixture, 600))
  await chat.waitForMessage(({ reply_markup }) => reply_markup !== undefined)
  await report(fixture, [
    { type: 'state', state: 'halted', by: 'device' },
    stepOf(entry, 'denied', { code: 'approval_withdrawn', message }),
  ])
  expect(chat.messages().filter(({ reply_markup }) => reply_markup !== undefined)).toEqual([])
  expect(said(chat)[0]).toContain('⏹ Withdrawn: trading is halted. Nothing was sent.')
})
