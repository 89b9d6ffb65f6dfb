// What to pause and for how long, read from the words behind the command.
import type { Answer } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { openFixture } from '../testing/fixture.ts'
import { Html } from '../texts/html.ts'
import { readPause, readResume } from './pause.ts'

/** 07:50 UTC. */
const SENT = Date.UTC(2026, 10, 27, 7, 50)
const seconds = (ms: number) => ms / 1000
const asked = (text: string, now = SENT) => {
  const read = readPause(text.split(' ').filter(Boolean), SENT, now)
  return read instanceof Html ? read.text : read.instruction
}

test.each([
  ['', {}],
  ['eth', { what: 'eth' }],
  ['eth/usdt', { what: 'eth/usdt' }],
  ['acme/trend', { what: 'acme/trend' }],
  ['2h', { until: seconds(SENT + 7_200_000) }],
  ['for 2h', { until: seconds(SENT + 7_200_000) }],
  ['demo 30m', { what: 'demo', until: seconds(SENT + 1_800_000) }],
  ['demo for 3d', { what: 'demo', until: seconds(SENT + 3 * 86_400_000) }],
  ['until 08:00', { until: seconds(SENT + 600_000) }],
  ['eth until 7:50', { what: 'eth', until: seconds(SENT + 86_400_000) }],
  ['until 00:00', { until: seconds(Date.UTC(2026, 10, 28)) }],
])('"/pause %s" is understood', (words, expected) => {
  expect(asked(words)).toEqual({ do: 'pause', ...expected })
})

test.each([
  'eth btc',
  'please stop it',
  '2h eth',
  '2h 3h',
  'until',
  'until 8',
  'until 24:00',
  'until 08:60',
  'until 2h',
  'for',
  'for ever',
  'for 08:00',
  'until 08:00 please',
  '1.5h',
  'eth…',
  '<b>',
  `${'x'.repeat(66)}`,
])('"/pause %s" pauses nothing, and says how to write it', (words) => {
  expect(asked(words)).toContain('nothing is paused')
})

test('a pause that was over before it was read pauses nothing', () => {
  expect(asked('5m', SENT + 300_000)).toContain('over already')
  expect(asked('5m', SENT + 299_000)).toMatchObject({ do: 'pause' })
})

test('a resume takes one name, or none', () => {
  expect(readResume([])).toMatchObject({ instruction: { do: 'resume' } })
  expect(readResume(['eth'])).toMatchObject({ instruction: { do: 'resume', what: 'eth' } })
  expect(readResume(['eth', 'btc'])).toBeInstanceOf(Html)
})

test('the chat says exactly what is paused, until when, and how it ends', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  const instructions: unknown[] = []
  fixture.device.answer = ({ jti, iat, instruction }) => {
    if (instruction.do === 'replay') return null
    instructions.push(instruction)
    const midnight = iat - (iat % 86_400) + 86_400
    const answer: Answer = {
      about: 'pauses',
      state: 'paused',
      until: midnight + 86_400,
      pauses: [
        { of: 'market', name: 'ETH/USDT', until: midnight },
        { of: 'stream', name: 'home/demo' },
      ],
    }
    return { type: 'answer', to: jti, answer }
  }
  chat.sendText('/Pause ETH/USDT for 2h')
  const { text = '' } = await chat.waitForMessage(({ text }) => text?.includes('aused') === true)
  expect(instructions).toMatchObject([{ do: 'pause', what: 'eth/usdt' }])
  expect(text.split('\n')).toEqual([
    expect.stringMatching(
      /^⏸ Paused until \d+ \w+ 00:00 UTC: no new entries\. \/resume ends it\.$/,
    ),
    expect.stringMatching(
      /^⏸ ETH\/USDT paused until \d+ \w+ 00:00 UTC: no new entries there\. \/resume eth\/usdt ends it\.$/,
    ),
    '⏸ demo paused: no new entries there. /resume home/demo ends it.',
    'Exits and stops go on.',
  ])
  chat.sendText('/pause now please')
  await chat.waitForMessage(({ text }) => text?.includes('nothing is paused') === true)
  expect(instructions).toHaveLength(1)
})
