// What the executor looks at by itself: its disk and its key, with a clock that is turned by hand.
import { expect, test } from 'vitest'
import type { Input } from '../core/execution/inputs.ts'
import type { Answered, KeyRights } from '../core/model/exchange.ts'
import { watchHealth } from './watch.ts'

const MIB = 2 ** 20
const GOOD: Answered<KeyRights> = {
  ok: true,
  value: { trade: 'yes', withdraw: 'no', transfer: 'no', ipList: 'yes' },
}

function watching() {
  const inputs: Input[] = []
  const timers: { ms: number; run: () => void }[] = []
  const state = {
    free: (2_000 * MIB) as number | null,
    rights: GOOD as Answered<KeyRights> | Promise<Answered<KeyRights>>,
    asked: 0,
    now: 1_800_000_000_000,
  }
  const add = (ms: number, run: () => void) => {
    const timer = { ms, run }
    timers.push(timer)
    return () => void timers.splice(timers.indexOf(timer), 1)
  }
  const stop = watchHealth({
    folder: '/home',
    exchange: {
      keyRights: async () => {
        state.asked += 1
        return state.rights
      },
    },
    clock: { now: () => state.now, every: add, after: add },
    take: (input) => inputs.push(input),
    freeBytes: () => state.free,
  })
  const turn = async (ms: number) => {
    for (const timer of timers.filter((one) => one.ms === ms)) timer.run()
    await new Promise(setImmediate)
  }
  /** By the clock, as after a sleep: the timers have run once. */
  const later = (ms: number) => {
    state.now += ms
    return turn(30_000)
  }
  const about = (type: Input['type']) => inputs.filter((input) => input.type === type)
  return { state, timers, about, turn, later, stop, settled: () => new Promise(setImmediate) }
}

test('a disk below 500 MiB is low, and has room again from 750 on', async () => {
  const { state, about, turn } = watching()
  for (const free of [499, 600, 749, null, 750]) {
    state.free = free === null ? null : free * MIB
    await turn(60_000)
  }
  expect(about('condition')).toMatchObject([
    { is: 'not so' },
    { condition: { code: 'disk_low' }, is: 'so', detail: '499 MiB are free' },
    { is: 'not so' },
  ])
})

test('the key is looked at at the start and each day, and one lost answer is no news', async () => {
  const { state, about, turn, later, settled } = watching()
  await settled()
  await turn(30_000)
  await later(86_399_999)
  expect(about('key_rights')).toHaveLength(1)
  state.rights = { ok: false, message: 'no answer' }
  await later(1)
  await later(600_000)
  expect(about('key_rights')).toHaveLength(1)
  await later(599_999)
  await later(1)
  await turn(30_000)
  expect(about('key_rights')).toMatchObject([{ rights: { ok: true } }, { rights: { ok: false } }])
})

test('a day is one of the clock, which goes on while a device sleeps; and a clock that is set back delays nothing', async () => {
  const { about, later, settled } = watching()
  await settled()
  await later(9 * 86_400_000)
  expect(about('key_rights')).toHaveLength(2)
  await later(-40 * 86_400_000)
  expect(about('key_rights')).toHaveLength(3)
})

test('an answer that does not come is waited for, and not asked for twice', async () => {
  const { state, later, settled } = watching()
  await settled()
  state.rights = new Promise(() => undefined)
  for (const asked of [2, 2, 2]) {
    await later(86_400_000)
    expect(state.asked).toBe(asked)
  }
})

test('while nothing comes in the time passes for the core all the same, and nothing is left behind at the end', async () => {
  const { about, turn, stop, timers, settled } = watching()
  await turn(15_000)
  expect(about('tick')).toHaveLength(1)
  await settled()
  stop()
  expect(timers).toEqual([])
})
