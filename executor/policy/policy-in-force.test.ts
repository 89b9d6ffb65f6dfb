import { KeysideError } from '@keyside/runtime'
import { beforeEach, expect, test } from 'vitest'
import type { Input } from '../core/execution/inputs.ts'
import { DEFAULT_POLICY } from '../core/risk/policy/default.ts'
import { policyHash } from './accept.ts'
import { loadPolicy } from './load.ts'
import { PolicyInForce } from './policy-in-force.ts'

const WIDER = `${DEFAULT_POLICY}# wider`
const OTHER = `${DEFAULT_POLICY}# other`

let inputs: Input[] = []
let timers: (() => void)[] = []
let prepared = 0
let followed: string[] = []
let answer: 'good' | KeysideError = 'good'
beforeEach(() => {
  inputs = []
  timers = []
  prepared = 0
  followed = []
  answer = 'good'
})

const accepted = (text: string) => ({ text, hash: policyHash(text), ended: 0 })

function start(): PolicyInForce {
  const loaded = loadPolicy(DEFAULT_POLICY)
  if (!loaded.ok) throw new Error(loaded.message)
  return new PolicyInForce({
    policy: loaded.policy,
    hash: policyHash(DEFAULT_POLICY),
    ended: 0,
  })
}

const options = {
  prepare: async () => {
    prepared += 1
    if (answer !== 'good') throw answer
  },
  onFollowed: (hash: string) => followed.push(hash),
  take: (input: Input) => inputs.push(input),
  log: { info: () => undefined, warn: () => undefined },
  clock: {
    after: (_ms: number, run: () => void) => {
      timers.push(run)
      return () => {
        timers = timers.filter((one) => one !== run)
      }
    },
  },
}

async function turn(): Promise<void> {
  timers.shift()?.()
  await new Promise(setImmediate)
}

const told = () =>
  inputs.map((input) => (input.type === 'notice' ? input.notice.code : `${input.type}`))

test('counts from now on, is told, and what waited for its markets goes on', async () => {
  const policy = start()
  const tighter = DEFAULT_POLICY.replace(/order: \d+/, 'order: 7')
  policy.follow(accepted(tighter), options)
  expect(policy.policy.limits.order).toBe('7')
  expect(followed).toEqual([policyHash(tighter)])
  await turn()
  expect([told(), timers]).toEqual([['policy_in_force', 'tick'], []])
})

test('counts although the exchange does not give what it needs, and asks until it does', async () => {
  answer = new KeysideError('exchange_unreachable', 'no answer')
  start().follow(accepted(WIDER), options)
  await turn()
  await turn()
  answer = 'good'
  await turn()
  expect([prepared, followed.length]).toEqual([3, 1])
  expect(told()).toEqual(['policy_in_force', 'exchange_unreachable', 'tick'])
})

test('one that was replaced or stopped asks for nothing more', async () => {
  answer = new KeysideError('broker_refused', 'no right to a stream')
  const policy = start()
  policy.follow(accepted(WIDER), options)
  await turn()
  policy.follow(accepted(OTHER), options)
  await turn()
  expect(timers).toHaveLength(1)
  policy.stop()
  expect(timers).toHaveLength(0)
})
