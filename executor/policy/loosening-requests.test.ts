// A request from the chat at the terminal: what accepting it would change, what it writes, and what the executor hears of it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { NewEvent } from '../core/model/events.ts'
import { DEFAULT_POLICY } from '../core/risk/policy/default.ts'
import { Journal } from '../journal/journal.ts'
import {
  acceptLoosening,
  dropLoosening,
  looseningAnswers,
  policyWithLoosening,
  waitingRequests,
} from './loosening-requests.ts'
import { acceptPolicy, policyState } from './policy-file.ts'

const NOW = 1_790_000_000_000
const DAY = 86_400_000
const LIVE = DEFAULT_POLICY.replace('real_money: no', 'real_money: yes')

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keyside-requests-'))
  writeFileSync(join(home, 'policy.yaml'), LIVE)
  acceptPolicy({ home }, NOW)
})
afterEach(() => rmSync(home, { recursive: true }))

function journal<T>(use: (journal: Journal) => T): T {
  const opened = new Journal(join(home, 'executor/journal.db'))
  try {
    return use(opened)
  } finally {
    opened.close()
  }
}

function said(
  type: 'loosening_requested' | 'tightened',
  setting: string,
  to: string,
  number: number,
): void {
  const event: NewEvent = { type, setting, to, by: 'telegram:7', number }
  journal((one) => one.append([{ ...event, at: NOW }], [], NOW))
}

const text = () => readFileSync(join(home, 'policy.yaml'), 'utf8')
const answers = () => journal((one) => looseningAnswers(one.database()))

test('accepting writes one line, waits as any loosening, and says so to the executor', () => {
  said('loosening_requested', 'limits.day', '5000', 1)
  expect(waitingRequests({ home })).toMatchObject([
    { number: 1, setting: 'limits.day', to: '5000' },
  ])
  expect(policyWithLoosening({ home }, 1, NOW).state.changes).toMatchObject([
    { setting: 'limits.day', effect: 'loosens', from: '2000 USDT', to: '5000 USDT' },
  ])
  expect(text(), 'a look writes nothing').toBe(LIVE)
  expect(acceptLoosening({ home }, 1, NOW)).toMatchObject({
    state: 'waits',
    waiting: { due: NOW + DAY },
  })
  expect(text()).toBe(LIVE.replace('day: 2000 ', 'day: 5000 '))
  expect(policyState({ home }, NOW + DAY).inForce?.limits.day).toBe('5000')
  expect(waitingRequests({ home })).toEqual([])
  expect(answers()).toMatchObject([
    { number: 1, how: 'accepted', detail: expect.stringMatching(/^from 20.* UTC$/) },
  ])
})

test('one that is dropped changes nothing', () => {
  said('loosening_requested', 'collar', '1 %', 1)
  dropLoosening({ home }, 1)
  expect([text(), waitingRequests({ home }), answers()]).toEqual([
    LIVE,
    [],
    [{ number: 1, how: 'dropped', detail: '' }],
  ])
  expect(() => dropLoosening({ home }, 1)).toThrow(
    expect.objectContaining({ code: 'loosening_request_unknown' }),
  )
  expect(() => acceptLoosening({ home }, 9, NOW)).toThrow(
    expect.objectContaining({ code: 'loosening_request_unknown' }),
  )
})

test('what the chat has lowered stays lowered, and is written down beside the request', () => {
  said('tightened', 'limits.day', '400', 1)
  said('tightened', 'approval', 'always', 2)
  said('tightened', 'collar', '0.2 %', 3)
  said('loosening_requested', 'streams.home/ema-cross.allocation', '1500', 1)
  const { changes } = policyWithLoosening({ home }, 1, NOW).state
  expect(changes.filter(({ effect }) => effect !== 'tightens')).toEqual([
    {
      setting: 'streams.home/ema-cross.allocation',
      effect: 'loosens',
      from: '1000 USDT',
      to: '1500 USDT',
    },
  ])
  acceptLoosening({ home }, 1, NOW)
  const after = policyState({ home }, NOW + DAY)
  expect(after.inForce).toMatchObject({
    limits: { day: '400', hour: '400', order: '400' },
    collar: { entry: '0.2' },
  })
  expect(after.fromChat).toEqual([])
})

test.each([
  ['markets.SOL/USDT', 'allowed', 'markets: [BTC/USDT, ETH/USDT, SOL/USDT]'],
  ['streams.acme/trend.allocation', '50', '  acme/trend: { allocation: 50 }'],
  ['approval', 'above 100', 'approval: above 100'],
  [
    'streams.home/ema-cross.lifetime_budget',
    '900',
    'home/ema-cross: { allocation: 1000, lifetime_budget: 900 }',
  ],
])('%s %s is written as a person would', (setting, to, line) => {
  said('loosening_requested', setting, to, 1)
  expect(policyWithLoosening({ home }, 1, NOW).text).toContain(line)
})

test('what makes no policy, or cannot be put into the file, is refused and nothing is written', () => {
  said('loosening_requested', 'limits.order', '9000', 1)
  expect(() => acceptLoosening({ home }, 1, NOW)).toThrow(
    expect.objectContaining({ code: 'policy_invalid' }),
  )
  said('loosening_requested', 'of.another.version', '1', 2)
  expect(() => acceptLoosening({ home }, 2, NOW)).toThrow(
    expect.objectContaining({ code: 'loosening_request_unwritable' }),
  )
  expect([text(), answers()]).toEqual([LIVE, []])
  expect(waitingRequests({ home })).toHaveLength(2)
})
