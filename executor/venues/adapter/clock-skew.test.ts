// The venue's time is carried on by a clock that nobody sets: this device's own may leap.
import { expect, test } from 'vitest'
import { ClockSkew } from './clock-skew.ts'
import type { RestClient } from './rest-client.ts'

const START = 1_800_000_000_000

/** A venue that is 700 ms ahead of the true time, and a device whose clock can be set. */
function rig() {
  const state = {
    passed: 0,
    set: 0,
    answers: 'yes' as 'yes' | 'no',
    setMeanwhile: [] as number[],
  }
  const now = () => START + state.passed + state.set
  const venue = { got: 'answer', value: 0 }
  const client = {
    dialect: { time: () => ({}) },
    ask: async () => {
      state.set += state.setMeanwhile.shift() ?? 0
      return state.answers === 'yes'
        ? { ...venue, value: START + state.passed + 700 }
        : { got: 'ambiguous', message: 'no answer' }
    },
  } as unknown as RestClient
  const skew = new ClockSkew({
    client: () => client,
    clock: { now },
    longestMs: 180_000,
    monotonic: () => state.passed,
  })
  return { state, skew, now }
}

test('measures the difference, and gives the time of the venue', async () => {
  const { skew, state, now } = rig()
  expect(skew.ms()).toBeNull()
  await skew.measure()
  expect(skew.ms()).toBe(700)
  state.passed = 60_000
  expect(skew.time()).toBe(now() + 700)
})

test.each([-3_600_000, 3_600_000])(
  'is not known once the clock was set by %i ms, until it is measured again',
  async (set) => {
    const { skew, state } = rig()
    await skew.measure()
    state.set = set
    expect(skew.ms()).toBeNull()
    await new Promise(setImmediate)
    expect(skew.ms()).toBe(700 - set)
  },
)

test.each([
  [[-3_600_000], 3_600_700],
  [[3_600_000], -3_599_300],
  [[0, -3_600_000], null],
  [[0, 0, 3_600_000], null],
])(
  'a clock that is set by %j ms while it is measured makes no wrong difference',
  async (set, is) => {
    const { skew, state } = rig()
    state.setMeanwhile = [...set]
    await skew.measure()
    expect(skew.ms()).toBe(is)
  },
)

test('is not known while the venue does not answer after the clock was set', async () => {
  const { skew, state } = rig()
  await skew.measure()
  Object.assign(state, { set: 10_000, answers: 'no' })
  expect(skew.ms()).toBeNull()
  await new Promise(setImmediate)
  expect(skew.ms()).toBeNull()
})

test('is not known when it was not measured for three minutes', async () => {
  const { skew, state } = rig()
  await skew.measure()
  state.passed = 180_001
  expect(skew.ms()).toBeNull()
})
