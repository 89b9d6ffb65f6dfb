// The accepted policy on a disk: over restarts, and with a clock that is set back.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DEFAULT_POLICY } from '../core/risk/policy/default.ts'
import { Journal } from '../journal/journal.ts'
import {
  acceptPolicy,
  keptAcceptance,
  policyState,
  readPolicyText,
  requirePolicy,
} from './policy-file.ts'

const NOW = 1_790_000_000_000
const DAY = 86_400_000
const LIVE = DEFAULT_POLICY.replace('real_money: no', 'real_money: yes')
const WIDER = LIVE.replace('order: 500 ', 'order: 600 ')

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keyside-policy-'))
  write(LIVE)
  acceptPolicy({ home }, NOW)
  write(WIDER)
})
afterEach(() => rmSync(home, { recursive: true }))

const write = (text: string) => writeFileSync(join(home, 'policy.yaml'), text)
const withJournal = <T>(use: (journal: Journal) => T): T => {
  const journal = new Journal(join(home, 'executor/journal.db'))
  try {
    return use(journal)
  } finally {
    journal.close()
  }
}
const atStart = (now: number) =>
  withJournal(
    (journal) =>
      requirePolicy(readPolicyText({ home }), journal.database(), now).policy.limits.order,
  )

test('starts on the older policy until the wider one is due, and then on that', () => {
  expect(acceptPolicy({ home }, NOW)).toMatchObject({
    state: 'waits',
    waiting: { due: NOW + DAY },
    changes: [{ setting: 'limits.order', effect: 'loosens' }],
  })
  expect([NOW, NOW + DAY - 1, NOW + DAY].map(atStart)).toEqual(['500', '500', '600'])
})

function lower(day: string, number: number): void {
  const event = {
    type: 'tightened',
    setting: 'limits.day',
    to: day,
    by: 'telegram:1',
    number,
    at: NOW,
  } as const
  withJournal((journal) => journal.append([event], [], NOW))
}

test('what the chat has lowered is in force until a policy is accepted again, and that loosens', () => {
  write(LIVE)
  lower('700', 1)
  const day = { setting: 'limits.day', from: '2000 USDT', to: '700 USDT' }
  expect(policyState({ home }, NOW)).toMatchObject({
    state: 'accepted',
    fromChat: expect.arrayContaining([{ ...day, effect: 'tightens' }]),
    changes: expect.arrayContaining([expect.objectContaining({ effect: 'loosens' })]),
  })
  expect(acceptPolicy({ home }, NOW)).toMatchObject({ waiting: { due: NOW + DAY } })
  expect(policyState({ home }, NOW + DAY - 1).inForce?.limits.day).toBe('700')
  expect(policyState({ home }, NOW + DAY).inForce?.limits.day).toBe('2000')
})

test('what the chat lowers while a policy waits is not ended by it, nor by accepting it again', () => {
  acceptPolicy({ home }, NOW)
  lower('700', 1)
  expect(policyState({ home }, NOW + DAY).inForce?.limits).toMatchObject({
    order: '600',
    day: '700',
  })
  expect(acceptPolicy({ home }, NOW + 1000)).toMatchObject({ waiting: { due: NOW + 1000 + DAY } })
})

test('the same file accepted again is in force for good once it is due', () => {
  write(LIVE)
  lower('700', 1)
  acceptPolicy({ home }, NOW)
  const ended = (now: number) =>
    withJournal((journal) => keptAcceptance(journal.database(), now)?.ended)
  expect([ended(NOW), ended(NOW + DAY), ended(NOW)]).toEqual([0, 1, 1])
})

test('once in force it stays so, though the clock is set back', () => {
  acceptPolicy({ home }, NOW)
  expect(atStart(NOW + DAY)).toBe('600')
  expect(atStart(NOW)).toBe('600')
  expect(policyState({ home }, NOW).state).toBe('accepted')
})

test('a clock that is set back does not bring the time of the journal back', () => {
  const late = NOW + 10 * DAY
  withJournal((journal) =>
    journal.append([{ type: 'trading', state: 'running', by: 'device', at: late }], [], late),
  )
  expect(acceptPolicy({ home }, NOW)).toMatchObject({ waiting: { due: late + DAY } })
})

test('a policy that is not there is missed by its name, whoever asks for it', () => {
  rmSync(join(home, 'policy.yaml'))
  const refusal = { code: 'policy_missing', message: expect.stringMatching(/policy\.yaml/) }
  for (const ask of [() => policyState({ home }, NOW), () => acceptPolicy({ home }, NOW)])
    expect(ask).toThrow(expect.objectContaining(refusal))
  expect(() => atStart(NOW)).toThrow(expect.objectContaining(refusal))
  mkdirSync(join(home, 'policy.yaml'))
  expect(() => policyState({ home }, NOW)).toThrow(
    expect.objectContaining({
      code: 'file_refused',
      message: expect.stringMatching(/policy\.yaml: it is a folder/),
    }),
  )
})

test('starts on the accepted policy while the file only wants more, and asks about one that wants less', () => {
  expect(atStart(NOW)).toBe('500')
  write(LIVE.replace('streams:', 'streams:\n  acme/trend: { allocation: 500 }'))
  expect(atStart(NOW)).toBe('500')
  for (const less of [
    LIVE.replace('order: 500 ', 'order: 400 '),
    WIDER.replace('spread: 0.1 %', 'spread: 0.05 %'),
  ]) {
    write(less)
    expect(() => atStart(NOW)).toThrow(expect.objectContaining({ code: 'policy_not_accepted' }))
  }
  write('limits: much')
  expect(() => atStart(NOW)).toThrow(expect.objectContaining({ code: 'policy_invalid' }))
})

test('says whether it starts, also while another policy waits: a file that wants more than both can wait', () => {
  acceptPolicy({ home }, NOW)
  write(WIDER.replace('streams:', 'streams:\n  acme/other: { allocation: 500 }'))
  expect(policyState({ home }, NOW)).toMatchObject({ state: 'changed', starts: true })
  expect(atStart(NOW)).toBe('500')
  write(LIVE.replace('streams:', 'streams:\n  acme/other: { allocation: 500 }'))
  expect(policyState({ home }, NOW), 'less than what waits').toMatchObject({ starts: false })
  expect(() => atStart(NOW)).toThrow(expect.objectContaining({ code: 'policy_not_accepted' }))
})

test('does not start on the older file while a wider one waits, and says what the file is', () => {
  acceptPolicy({ home }, NOW)
  write(LIVE)
  expect(policyState({ home }, NOW)).toMatchObject({ state: 'changed', changes: [] })
  expect(() => atStart(NOW)).toThrow(expect.objectContaining({ code: 'policy_not_accepted' }))
  expect(acceptPolicy({ home }, NOW)).toMatchObject({ state: 'accepted', waiting: null })
  expect(atStart(NOW + 2 * DAY)).toBe('500')
})

test('where no real money was ever allowed, a wider policy is in force at once, over restarts too', () => {
  rmSync(join(home, 'executor/journal.db'))
  write(DEFAULT_POLICY)
  acceptPolicy({ home }, NOW)
  write(DEFAULT_POLICY.replace('order: 500 ', 'order: 600 '))
  expect(acceptPolicy({ home }, NOW)).toMatchObject({ state: 'accepted', waiting: null })
  expect([NOW, NOW + 1].map(atStart)).toEqual(['600', '600'])
  write(WIDER)
  expect(acceptPolicy({ home }, NOW)).toMatchObject({ waiting: { due: NOW + DAY } })
})
