import { KeysideError } from '@keyside/runtime'
import { beforeEach, expect, test } from 'vitest'
import type { Input } from './core/execution/inputs.ts'
import { ReachExchange } from './reach-exchange.ts'

type Answer = 'up' | 'down' | 'key_refused' | 'mighty' | 'silent'

let answers: Answer[] = []
let inputs: Input[] = []
let timers: { ms: number; run: () => void }[] = []
let reached = 0
beforeEach(() => {
  answers = []
  inputs = []
  timers = []
  reached = 0
})

const ERRORS = {
  down: new KeysideError('exchange_unreachable', 'no answer'),
  key_refused: new KeysideError('exchange_key_refused', 'no such key'),
  mighty: new KeysideError('key_can_withdraw', 'may withdraw'),
}

function reach(...all: Answer[]): ReachExchange {
  answers = all
  return new ReachExchange({
    start: () => {
      const answer = answers.shift() ?? 'silent'
      if (answer === 'silent') return new Promise(() => undefined)
      return answer === 'up' ? Promise.resolve() : Promise.reject(ERRORS[answer])
    },
    onReached: () => {
      reached += 1
    },
    take: (input) => inputs.push(input),
    log: { warn: () => undefined, info: () => undefined },
    clock: {
      now: () => 0,
      every: () => () => undefined,
      after: (ms, run) => {
        const timer = { ms, run }
        timers.push(timer)
        return () => {
          timers = timers.filter((one) => one !== timer)
        }
      },
    },
  })
}

/** Runs what waits, and returns how long it would have waited. */
async function turn(): Promise<number | undefined> {
  const [next, ...others] = timers
  timers = others
  next?.run()
  await new Promise(setImmediate)
  return next?.ms
}

const told = () =>
  inputs.map((input) => (input.type === 'notice' ? input.notice.code : `${input.type}`))

test('an exchange that answers is reached', async () => {
  expect(await reach('up').first()).toBe('reached')
  expect([told(), timers]).toEqual([[], []])
})

test('one that does not is asked again, more and more rarely, told once, and told when it is back', async () => {
  expect(await reach('down', 'down', 'down', 'down', 'down', 'down', 'up').first()).toBe('awaited')
  const waits = []
  for (let tries = 0; tries < 6; tries += 1) waits.push(await turn())
  expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
  expect([told(), reached, timers]).toEqual([['exchange_awaited', 'condition'], 1, []])
})

test('one that says nothing at all keeps the start no longer than five seconds', async () => {
  const first = reach('silent').first()
  expect(await turn()).toBe(5_000)
  expect(await first).toBe('awaited')
  expect(told()).toEqual(['exchange_awaited', 'condition'])
})

test('a key that is refused from the beginning ends the start; later it is told, and asked about again', async () => {
  await expect(reach('key_refused').first()).rejects.toMatchObject({ code: 'exchange_key_refused' })
  expect(timers).toEqual([])
  await reach('down', 'key_refused', 'up').first()
  await turn()
  await turn()
  expect([told(), reached]).toEqual([
    ['exchange_awaited', 'condition', 'exchange_key_refused', 'exchange_back'],
    1,
  ])
})

test('a key that may take money away halts, when that is found late', async () => {
  await reach('down', 'mighty').first()
  await turn()
  expect(told()).toEqual(['exchange_awaited', 'condition', 'key_can_withdraw', 'halt'])
  expect([reached, timers]).toEqual([1, []])
})

test('who has stopped asks no more', async () => {
  const one = reach('down', 'up')
  await one.first()
  one.stop()
  expect(timers).toEqual([])
})
