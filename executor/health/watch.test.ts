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
  const state = { free: (2_000 * MIB) as number | null, rights: GOOD as Answered<KeyRights> }
  const add = (ms: number, run: () => void) => {
    const timer = { ms, run }
    timers.push(timer)
    return () => void timers.splice(timers.indexOf(timer), 1)
  }
  const stop = watchHealth({
    folder: '/home',
    exchange: { keyRights: async () => state.rights },
    clock: { now: () => 0, every: add, after: add },
    take: (input) => inputs.push(input),
    freeBytes: () => state.free,
  })
  const turn = async (ms: number) => {
    for (const timer of timers.filter((one) => one.ms === ms)) timer.run()
    await new Promise(setImmediate)
  }
  const about = (type: Input['type']) => inputs.filter((input) => input.type === type)
  return { state, timers, about, turn, stop, settled: () => new Promise(setImmediate) }
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
  const { state, about, turn, settled } = watching()
  await settled()
  expect(about('key_rights')).toHaveLength(1)
  state.rights = { ok: false, message: 'no answer' }
  await turn(86_400_000)
  await turn(600_000)
  expect(about('key_rights')).toHaveLength(1)
  await turn(600_000)
  await turn(600_000)
  expect(about('key_rights')).toMatchObject([{ rights: { ok: true } }, { rights: { ok: false } }])
})

test('while nothing comes in the time passes for the core all the same, and nothing is left behind at the end', async () => {
  const { about, turn, stop, timers, settled } = watching()
  await turn(15_000)
  expect(about('tick')).toHaveLength(1)
  await settled()
  stop()
  expect(timers).toEqual([])
})
