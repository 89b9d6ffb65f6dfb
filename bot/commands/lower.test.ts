// What to lower, read from the words behind the command, and the steps down that buttons offer.
import { expect, test } from 'vitest'
import { answersAt } from '../testing/answers.ts'
import { Html } from '../texts/html.ts'
import { changeQuestion, policyButtons } from './follow-policy.ts'
import type { Look } from './look-button.ts'
import { readConfirm, readLimits } from './lower.ts'
import { CONFIRM } from './setting-names.ts'

const asked = (read: typeof readLimits, text: string) => {
  const found = read(text.split(' ').filter(Boolean))
  return found instanceof Html ? found.text : found.instruction
}
const look = (setting: string, to: string) => ({ do: 'tighten', setting, to, step: 'preview' })

test.each([
  ['day 500', look('limits.day', '500')],
  ['loss 12.5', look('limits.day_loss', '12.5')],
  ['collar 0.3', look('collar', '0.3 %')],
  ['collar 0.3 %', look('collar', '0.3 %')],
  ['collar 0.3%', look('collar', '0.3 %')],
  ['stop 2 %', look('max_stop_distance', '2 %')],
  ['home/ema-cross 400', look('streams.home/ema-cross.allocation', '400')],
  ['market sol/usdt', look('markets.SOL/USDT', 'allowed')],
  ['', { do: 'limits' }],
])('"/limits %s" is understood', (words, expected) => {
  expect(asked(readLimits, words)).toEqual(expected)
})

test.each([
  'day',
  'day -5',
  'day 1,000',
  'day NaN',
  'day 1e3',
  'day 5 6',
  'day 5 % 6',
  'nothing 5',
  'market sol',
  'constructor 5',
  '500',
  'day ٣',
])('"/limits %s" changes nothing, and says how to write it', (words) => {
  expect(asked(readLimits, words)).toContain('nothing has changed')
})

test.each([
  ['always', look('approval', 'always')],
  ['above 100', look('approval', 'above 100')],
  ['100', look('approval', 'above 100')],
  ['code 300', look('code_above', '300')],
  ['code above 300', look('code_above', '300')],
  ['never', look('approval', 'never')],
  ['', { do: 'policy' }],
])('"/confirm %s" is understood', (words, expected) => {
  expect(asked(readConfirm, words)).toEqual(expected)
})

test.each(['code', 'sometimes', 'above', 'above -1', 'always always'])(
  '"/confirm %s" changes nothing, and says how to write it',
  (words) => {
    expect(asked(readConfirm, words)).toContain('nothing has changed')
  },
)

const { policy, tighten } = answersAt(0)
if (policy.about !== 'policy' || tighten.about !== 'change') throw new Error('no such answers')
const steps = (chosen?: string) =>
  policyButtons(policy, chosen, 'north')
    .flat()
    .map((button) => {
      const { instruction, setting } = button.data as Look
      return { ...button, data: 'to' in instruction ? instruction.to : setting }
    })

test('a setting leads to its steps down, as policy.yaml would write them', () => {
  expect(steps().map(({ data }) => data)).toEqual(policy.rows.map(({ setting }) => setting))
  expect(steps('limits.day').map(({ data }) => data)).toEqual(['750', '500', '250'])
  expect(steps('collar').map(({ data }) => data)).toEqual(['0.375 %', '0.25 %', '0.125 %'])
  expect(steps(CONFIRM).map(({ data }) => data)).toEqual([
    'always',
    'above 150',
    'above 100',
    'above 50',
  ])
  expect(steps('limits.nothing')).toEqual([])
})

test('what is shown is what the yes sends: with what the setting was, and what allows more only as a request', () => {
  const yes = (change: Partial<typeof tighten>) =>
    changeQuestion({ ...tighten, step: 'preview', ...change }, 'north')?.yes.data
  const setting = 'limits.day'
  expect(yes({})).toMatchObject({
    instruction: { do: 'tighten', setting, to: '1000', step: 'apply', from: '2000' },
  })
  expect(yes({ effect: 'loosens', to: '5000' })).toMatchObject({
    instruction: { do: 'request_loosening', setting, to: '5000', step: 'apply' },
  })
  expect(changeQuestion(tighten, 'north')).toBeNull()
})
