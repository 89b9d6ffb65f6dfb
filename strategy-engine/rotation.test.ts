// The engine's key changes while it runs, and its heads say which keyset counts.
import { existsSync, readFileSync } from 'node:fs'
import {
  makeNextSigningKey,
  readSigningKey,
  systemRandomBytes,
  writePrivate,
} from '@keyside/runtime'
import { expect, test } from 'vitest'
import { type Home, startFixture, T0, until } from './testing/fixture.ts'
import { candles } from './testing/rules.ts'

const PLANS = [{ plan: 'demo', markets: ['BTC/USDT'] }]

const write = (home: Home, version: number, kids: readonly string[], plans = PLANS) =>
  writePrivate(
    home.file('subscribers.json'),
    JSON.stringify({ keyset: { version, kids, plans }, subscribers: [] }),
  )

const start = (closes: number[], prepare: (home: Home) => void) =>
  startFixture(candles(closes, T0 - 120), {
    past: 1,
    config: { subscribers: 'subscribers.json' },
    prepare,
  })

test('the next key signs once the keyset that lists it is published, in the same chain, and is the key from then on', async () => {
  const engine = await start([100, 106, 94], (home) => write(home, 1, [home.key.kid]))
  const { home, messages, close, row, pass } = engine
  await until(() => messages('head').at(-1)?.claims.keyset === 1)
  await close()
  await until(() => row()?.[1] === 1)
  const next = makeNextSigningKey(home.file('engine.key'), systemRandomBytes)
  home.successors.push(next)
  write(home, 2, [home.key.kid])
  pass(250)
  await until(() => messages('head').at(-1)?.claims.keyset === 2)
  expect(messages('head').at(-1)?.kid).toBe(home.key.kid)
  write(home, 3, [home.key.kid, next.kid])
  pass(250)
  await until(() => messages('head').at(-1)?.claims.keyset === 3)
  expect(messages('head').at(-1)?.kid).toBe(next.kid)
  await close()
  await until(() => messages('signal').length === 2)
  const [first, second] = messages('signal')
  expect([first?.kid, second?.kid]).toEqual([home.key.kid, next.kid])
  expect(second?.claims).toMatchObject({ seq: 2, prev: first?.hash })
  expect(readSigningKey(home.file('engine.key')).kid).toBe(next.kid)
  expect(existsSync(home.file('engine.key.next'))).toBe(false)
})

test('a key that no keyset lists is told once, and what is listed later is taken', async () => {
  const engine = await start([100], (home) => write(home, 1, ['another']))
  const { home, logged, pass, messages } = engine
  const count = () => logged().split('engine_key_unlisted').length - 1
  expect(count()).toBe(1)
  pass(1_000)
  expect(count()).toBe(1)
  write(home, 2, [home.key.kid])
  pass(250)
  await until(() => messages('head').at(-1)?.claims.keyset === 2)
  expect(count()).toBe(1)
})

test('a stream that the keyset does not list is told, at the start and with each keyset, until one lists it', async () => {
  const none = [{ plan: 'demo', markets: ['ETH/USDT'] }]
  const engine = await start([100], (home) => write(home, 1, [home.key.kid], none))
  const { home, logged, pass, messages } = engine
  const count = () => logged().split('plan_unlisted').length - 1
  expect(count()).toBe(1)
  write(home, 2, [home.key.kid], [{ plan: 'other', markets: ['BTC/USDT'] }])
  pass(250)
  expect(count()).toBe(2)
  write(home, 3, [home.key.kid])
  pass(250)
  await until(() => messages('head').at(-1)?.claims.keyset === 3)
  expect(count()).toBe(2)
})

test('a list that breaks later is told, and the engine goes on', async () => {
  const engine = await start([100], (home) => write(home, 1, [home.key.kid]))
  const { home, logged, pass, messages } = engine
  writePrivate(home.file('subscribers.json'), 'no list')
  pass(250)
  expect(logged()).toContain('subscribers_broken')
  pass(15_000)
  await until(() => messages('head').length > 1)
  expect(messages('head').at(-1)?.claims.keyset).toBe(1)
  expect(readFileSync(home.file('engine.key'), 'utf8')).not.toBe('')
})

test('an engine of a home of its own goes by no keyset', async () => {
  const { messages } = await startFixture(candles([100], T0 - 120), { past: 1 })
  await until(() => messages('head').length > 0)
  expect(messages('head').at(-1)?.claims.keyset).toBe(0)
})
