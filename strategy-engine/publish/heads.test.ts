import { signingKey } from '@keyside/protocol/node'
import { type Clock, systemRandomBytes } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { Heads } from './heads.ts'
import type { StreamRow } from './outbox.ts'

const KEY = signingKey(new Uint8Array(32).fill(3))
const signer = {
  issuer: 'home',
  client: 'engine',
  key: KEY,
  keyset: 0,
  randomBytes: systemRandomBytes,
}
const row = (name: string): StreamRow => ({
  name,
  plan: name,
  market: 'BTC/USDT',
  seq: 0,
  hash: 'A'.repeat(43),
  position: 'flat',
  since: 0,
  lastCandle: null,
})

function open() {
  let now = 1_000_000
  const timers = new Set<{ due: number; period: number | undefined; run: () => void }>()
  const add = (ms: number, period: number | undefined, run: () => void) => {
    const timer = { due: now + ms, period, run }
    timers.add(timer)
    return () => void timers.delete(timer)
  }
  const clock: Clock = {
    now: () => now,
    after: (ms, run) => add(ms, undefined, run),
    every: (ms, run) => add(ms, ms, run),
  }
  const sent: [plan: string, at: number][] = []
  let busy = false
  const heads = new Heads({
    signer,
    row,
    isBusy: () => busy,
    send: ({ topic }) => sent.push([topic.split('/').at(-1) ?? '', now]),
    clock,
  })
  onTestFinished(() => heads.stop())
  /** Also what a turn of the event loop has no more room for. */
  const pass = async (ms: number) => {
    for (const end = now + ms; now < end; ) {
      now += 10
      for (const timer of [...timers].filter(({ due }) => due <= now)) {
        if (timer.period === undefined) timers.delete(timer)
        else timer.due += timer.period
        timer.run()
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const take = () => sent.splice(0)
  return { heads, pass, take, busy: (is: boolean) => (busy = is) }
}

const plans = (count: number) => Array.from({ length: count }, (_, at) => `p${at}`)

test('only the head of a plan that changed is sent soon, and once for all its streams', async () => {
  const { heads, pass, take } = open()
  for (const name of ['a', 'b', 'c']) heads.follow(name, name === 'c' ? 'other' : 'plan')
  await pass(100)
  expect(take().map(([plan]) => plan)).toEqual(['plan', 'other'])
  heads.changed('plan')
  heads.changed('plan')
  await pass(1_000)
  expect(take().map(([plan]) => plan)).toEqual(['plan'])
})

test('every head comes at least every 15 s, and all of them are spread over that time', async () => {
  const { heads, pass, take } = open()
  for (const name of plans(60)) heads.follow(name, name)
  heads.all()
  await pass(500)
  take()
  const seen = new Map<string, number[]>()
  const bursts: number[] = []
  for (let step = 0; step < 120; step += 1) {
    await pass(500)
    const now = take()
    bursts.push(now.length)
    for (const [plan, at] of now) seen.set(plan, [...(seen.get(plan) ?? []), at])
  }
  expect(seen.size).toBe(60)
  for (const times of seen.values())
    for (const [i, at] of times.slice(1).entries())
      expect(at - (times[i] ?? 0)).toBeLessThanOrEqual(15_300)
  expect(Math.max(...bursts)).toBeLessThanOrEqual(4)
})

test('heads wait while signals are under way, and not for ever', async () => {
  const { heads, pass, take, busy } = open()
  heads.follow('a', 'a')
  busy(true)
  await pass(4_500)
  expect(take()).toEqual([])
  await pass(1_000)
  expect(take()).toHaveLength(1)
  heads.changed('a')
  await pass(1_000)
  busy(false)
  await pass(100)
  expect(take()).toHaveLength(1)
})

test('a plan without streams has no head any more', async () => {
  const { heads, pass, take } = open()
  heads.follow('a', 'a')
  heads.all()
  take()
  heads.unfollow('a')
  await pass(60_000)
  expect(take()).toEqual([])
})
