// Summaries and the digest, with the clock turned: each once, over restarts, outages and changes of clocks.
import type { Answer, Instruction } from '@keyside/protocol'
import { beforeEach, expect, test } from 'vitest'
import type { DeviceReply } from '../device/device.ts'
import { keepForDigest } from '../store/digest.ts'
import { openStore, type Store } from '../store/open.ts'
import { claimFor } from '../store/owner.ts'
import { changeSettings } from '../store/settings.ts'
import { answersAt } from '../testing/answers.ts'
import { inStyle } from '../texts/style.ts'
import { Summaries } from './summaries.ts'

const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000
const BERLIN = 'Europe/Berlin'

let store: Store
let now: number
let asked: Extract<Instruction, { do: 'summary' }>[]
let reply: (answer: Answer) => DeviceReply
let summaries: Summaries

const at = (text: string) => Date.parse(text)

function start(): void {
  summaries = new Summaries({
    store,
    clock: { now: () => now },
    devices: [
      {
        name: 'home',
        device: {
          ask: async (instruction) => {
            if (instruction.do === 'summary') asked.push(instruction)
            return reply({ ...answersAt(now / 1000).summary })
          },
        },
      },
    ],
    wake: () => undefined,
    styled: (run) => inStyle({ timeZone: BERLIN, numbers: '1,234.56' }, run),
  })
}

beforeEach(() => {
  store = openStore(':memory:')
  claimFor(store, { user: 1, chat: 1 }, 1)
  now = at('2026-11-27T05:00:00Z')
  asked = []
  reply = (answer) => ({ outcome: 'answered', answer })
  changeSettings(store, { timeZone: BERLIN, daily: 8 * 60 })
  start()
})

/** Lets the time pass, a look each minute. */
async function pass(ms: number, step = MINUTE): Promise<void> {
  for (const end = now + ms; now < end; ) {
    now += step
    await summaries.tick()
  }
}

const messages = () =>
  store
    .prepare('SELECT content FROM message ORDER BY id')
    .all()
    .map((row) => JSON.parse(String(row['content'])) as { html: string; chart?: { of: string } })

const spans = () =>
  asked.map(({ since, until }) =>
    [since, until].map((moment) => new Date(moment * 1000).toISOString().slice(0, 16)),
  )

test('a summary of the day is sent once, at its time there, with its chart', async () => {
  await summaries.tick()
  await pass(1.9 * HOUR)
  expect(messages()).toEqual([])
  await pass(4 * HOUR)
  expect(messages()).toMatchObject([{ chart: { of: 'equity' } }])
  expect(spans()).toEqual([['2026-11-26T07:00', '2026-11-27T07:00']])
  const { html } = messages()[0] ?? { html: '' }
  expect(html.split('\n')).toEqual([
    '📊 <b>Your day</b>, 26 Nov 08:00 to 08:00 CET',
    'Result <b>+12.5 USDT</b> (+0.39 %)',
    '3 sold, 2 with a gain',
    'Fees 6.43 USDT',
    '2 held, +23.08 USDT before fees',
    'Entries today 802.63 of 2,000 USDT',
    '⚠️ <b>Still so</b>',
    'The disk is nearly full, since 06:00',
  ])
})

test('restarts at any moment send none twice and leave none out', async () => {
  await summaries.tick()
  for (let hour = 0; hour < 72; hour += 1) {
    start()
    await pass(HOUR, 20 * MINUTE)
  }
  expect(spans()).toEqual([
    ['2026-11-26T07:00', '2026-11-27T07:00'],
    ['2026-11-27T07:00', '2026-11-28T07:00'],
    ['2026-11-28T07:00', '2026-11-29T07:00'],
  ])
  expect(messages()).toHaveLength(3)
})

test('a bot that was off at the time sends it late and says so; after days one summary tells of all of them', async () => {
  await summaries.tick()
  await pass(3 * HOUR)
  now += 3 * DAY
  start()
  await pass(5 * MINUTE)
  expect(spans().at(-1)).toEqual(['2026-11-27T07:00', '2026-11-30T07:00'])
  expect(messages()).toHaveLength(2)
  expect(messages()[1]?.html).toContain('Late: it was due at 08:00')
})

test('a device that does not answer is asked each minute, and its summary comes once it does', async () => {
  await summaries.tick()
  reply = () => ({ outcome: 'silent' })
  await pass(2.5 * HOUR)
  expect(messages()).toEqual([])
  expect(asked.length).toBeGreaterThan(20)
  expect(asked.length).toBeLessThan(32)
  reply = (answer) => ({ outcome: 'answered', answer })
  await pass(10 * MINUTE)
  expect(messages()).toHaveLength(1)
  expect(messages()[0]?.html).toContain('Late')
})

test('two looks at once ask once, and an answer that comes when it was sent already is dropped', async () => {
  await summaries.tick()
  now = at('2026-11-27T07:00:01Z')
  await Promise.all([summaries.tick(), summaries.tick()])
  expect([asked.length, messages().length]).toEqual([1, 1])
})

test.each([
  ['March', '2026-03-28T06:00:00Z', [24, 23, 24, 24]],
  ['October', '2026-10-24T05:00:00Z', [24, 25, 24, 24]],
])(
  'in %s each day is as long as it is there, and none is lost or told twice',
  async (_, from, lengths) => {
    now = at(from)
    start()
    await summaries.tick()
    await pass(3 * DAY + 4 * HOUR, 30 * MINUTE)
    expect(asked.map(({ since, until }) => (until - since) / 3600)).toEqual(lengths)
    for (const [index, { since }] of asked.slice(1).entries())
      expect(since).toBe(asked[index]?.until)
  },
)

test('a week is told on its day, and the day as well', async () => {
  changeSettings(store, { weekly: { day: 6, at: 9 * 60 } })
  await summaries.tick()
  await pass(2 * DAY, 10 * MINUTE)
  expect(spans()).toEqual([
    ['2026-11-26T07:00', '2026-11-27T07:00'],
    ['2026-11-27T07:00', '2026-11-28T07:00'],
    ['2026-11-21T08:00', '2026-11-28T08:00'],
  ])
})

test('what is set now is due from its next time on, and nothing is told twice by another time of day', async () => {
  await summaries.tick()
  await pass(3 * HOUR)
  changeSettings(store, { daily: 8 * 60 + 30 })
  await pass(HOUR)
  expect(asked).toHaveLength(1)
  changeSettings(store, { daily: 20 * 60 })
  await pass(12 * HOUR)
  expect(spans()).toEqual([
    ['2026-11-26T07:00', '2026-11-27T07:00'],
    ['2026-11-27T07:00', '2026-11-27T19:00'],
  ])
  changeSettings(store, { daily: null })
  await pass(2 * DAY, HOUR)
  expect(asked).toHaveLength(2)
})

test('a clock that is set back tells nothing twice', async () => {
  await summaries.tick()
  await pass(3 * HOUR)
  now -= 2 * HOUR
  await pass(4 * HOUR)
  expect(messages()).toHaveLength(1)
})

test('what was kept for the digest comes once, together, with the summary of the day', async () => {
  await summaries.tick()
  keepForDigest(store, { device: 'home', html: '⚠️ one <code>a</code>', at: now })
  keepForDigest(store, { device: null, html: 'two', at: now + MINUTE })
  await pass(1.5 * HOUR)
  expect(messages()).toEqual([])
  await pass(2 * DAY, 30 * MINUTE)
  const digests = messages().filter(({ html }) => html.includes('Digest'))
  expect(digests).toHaveLength(1)
  expect(digests[0]?.html.split('\n')).toEqual([
    '🗞 <b>Digest</b>, 2 told together, CET',
    '',
    expect.stringMatching(/^<i>(27 Nov )?06:00 · home<\/i>$/),
    '⚠️ one <code>a</code>',
    '',
    expect.stringMatching(/^<i>(27 Nov )?06:01<\/i>$/),
    'two',
  ])
})

test('without a daily summary the digest comes at eight, and none comes where nothing was kept', async () => {
  changeSettings(store, { daily: null })
  await summaries.tick()
  await pass(DAY, 30 * MINUTE)
  expect(messages()).toEqual([])
  keepForDigest(store, { device: null, html: 'one', at: now })
  await pass(DAY, 30 * MINUTE)
  expect(messages()).toHaveLength(1)
})

test('before there is an owner nothing is due', async () => {
  store.exec('DELETE FROM owner')
  await pass(DAY, HOUR)
  expect([asked, messages()]).toEqual([[], []])
})
