// Who steals an engine's key, against a real executor: none of the attacks outlives the keyset that revokes the key, none
// touches another provider, and the chat is told in one clear sentence.
import { createServer } from 'node:net'
import { hashText, sign } from '@keyside/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readKeyset } from '../authority/keyset/file.ts'
import { readProvider } from '../executor/providers/provider-folder.ts'
import type { CompromisedProvider } from './compromised-provider.ts'
import { type CompromisedSystem, compromisedSystem } from './compromised-system.ts'
import { until } from './test-system.ts'

/** One for each attack, and `south`, which nobody robs. */
const NAMES = [
  'candle',
  'ahead',
  'laid',
  'twins',
  'roots',
  'east',
  'copied',
  'fire',
  'cut',
  'lost',
  'south',
]

let device: CompromisedSystem

beforeAll(async () => {
  device = await compromisedSystem(NAMES)
})

afterAll(() => device?.close())

/** Buys and sells: its signals count. What is held is sold, so that the exchange has room for the stops of the others. */
async function trades(name: string, value = '100'): Promise<void> {
  const { engine } = device.provider(name)
  const bought = device.next(name, 'entry filled')
  await engine.enter(value)
  await bought()
  await sells(name)
}

async function sells(name: string): Promise<void> {
  const sold = device.next(name, 'exit filled')
  await device.provider(name).engine.exit()
  await sold()
}

/** Its key is its own: it buys and sells, and nothing is said about it. */
async function southGoesOn(): Promise<void> {
  await trades('south')
  expect(device.told('south')).toEqual([])
}

/** Each in one sentence that fits into a message of the chat, and says whose it is. */
function expectClear(name: string): void {
  for (const { type, message, ...event } of device.sentences(name)) {
    if (type === 'notice') expect(message).toMatch(new RegExp(`^${name}[:/]`))
    else expect(message.startsWith(`${name}: `) || 'stream' in event).toBe(true)
    expect(message.length).toBeLessThanOrEqual(220)
  }
}

test('an exit of 1 % with a candle in the year 4821 makes nothing look decided, and one of this second only until the key is revoked', async () => {
  const { engine, thief, revoke } = device.provider('candle')
  await engine.enter()
  await device.filled('candle', 'entry')
  await thief.exit('1', { candle: { timeframe: '1s', start: 90_000_000_000 } })
  await device.tells('candle', 'candle_ahead')
  await thief.exit('10', { candle: { timeframe: '1s', start: Date.now() / 1000 } })
  await device.filled('candle', 'exit')
  await revoke()
  await device.tells('candle', 'key_revoked')
  await sells('candle')
  await trades('candle')
  expect(device.told('candle')).toEqual(['candle_ahead', 'key_revoked'])
  expectClear('candle')
  await southGoesOn()
})

test('a head 9,000 ahead holds genuine exits back until the key is revoked, and what was held back is sold then', async () => {
  const { engine, thief, revoke } = device.provider('ahead')
  await engine.enter()
  await device.filled('ahead', 'entry')
  await thief.head({ ahead: 9_000 })
  await device.tells('ahead', 'signals_missed')
  await engine.exit()
  await device.tells('ahead', 'sequence_old')
  expect(device.orders('ahead')).not.toContain('exit filled')
  await revoke()
  // The head with which the stream begins anew is flat.
  await device.filled('ahead', 'exit')
  await trades('ahead')
  expect(device.told('ahead')).toEqual([
    'signals_missed',
    'sequence_old',
    'head_behind',
    'key_revoked',
  ])
  expectClear('ahead')
  await southGoesOn()
})

test('a keyset laid over the genuine one moves nobody to the address in it, whoever signs it but the root', async () => {
  const { engine, thief, revoke, keyset, url, stolen } = device.provider('laid')
  const first = keyset()
  const { claims } = readKeyset(first)
  const away = await somewhereElse()
  const tls = claims.addresses[0]?.tls ?? ''
  const keys = [{ key: stolen.publicKey, kinds: ['signal' as const, 'head' as const] }]
  const forged = { ...claims, version: 2, keys, addresses: [{ url: away.url, tls }] }
  await engine.enter()
  await device.filled('laid', 'entry')
  // Signed by the engine's key, 14 times; under a root that is the thief's, alone and beside the genuine one; the genuine
  // signature over other words.
  for (let times = 0; times < 14; times += 1) await thief.layKeyset(sign('keyset', forged, stolen))
  const roots = [{ keys: [stolen.publicKey], threshold: 1 }]
  await thief.layKeyset(sign('keyset', { ...forged, roots }, stolen))
  const both = [...claims.roots, ...roots]
  await thief.layKeyset(sign('keyset', { ...forged, roots: both }, stolen))
  const [header, , signature] = first.split('.')
  const [, payload] = sign('keyset', { ...forged, version: 1 }, stolen).split('.')
  await thief.layKeyset(`${header}.${payload}.${signature}`)
  // A head that names a keyset which does not exist stops entries, and no exit.
  await thief.head({ keyset: 9_000_000 })
  await sells('laid')
  const denied = device.next('laid', 'entry denied')
  await engine.enter()
  await denied()
  await revoke()
  // The one before is no news either.
  await thief.layKeyset(first)
  await device.tells('laid', 'keyset_version_old')
  await trades('laid')
  expect(readProvider(device.home, 'laid')).toMatchObject({ record: { address: { url } } })
  expect(device.heldVersion('laid')).toBe(2)
  expect(away.knocks()).toBe(0)
  // However often and in however many ways it came, it is told once.
  expect(device.told('laid')).toEqual([
    'keyset_signatures_missing',
    'key_revoked',
    'keyset_version_old',
  ])
  expectClear('laid')
  await away.close()
  await southGoesOn()
})

test('two signals with one number stop the entries of that provider until the key is revoked', async () => {
  const { engine, thief, revoke } = device.provider('twins')
  await thief.signal()
  await device.filled('twins', 'entry')
  await engine.enter()
  await device.tells('twins', 'equivocation')
  await engine.exit()
  await engine.enter()
  expect(device.orders('twins').filter((each) => each.startsWith('entry filled'))).toHaveLength(1)
  await revoke()
  await device.tells('twins', 'key_revoked')
  await sells('twins')
  await trades('twins')
  const alarms = device.sentences('twins').filter(({ type }) => type === 'notice')
  expect(alarms.map(({ code }) => code).filter((code) => code === 'equivocation')).toHaveLength(1)
  expectClear('twins')
  await southGoesOn()
})

test('two keysets of one version, both signed by the root, stop that provider and no other', async () => {
  const { engine, thief, twinKeyset } = device.provider('roots')
  await engine.enter()
  await device.filled('roots', 'entry')
  for (let times = 0; times < 14; times += 1) await thief.layKeyset(twinKeyset())
  await device.tells('roots', 'provider_equivocated')
  const denied = device.next('roots', 'entry denied')
  await sells('roots')
  await engine.enter()
  await denied()
  expect(device.told('roots')).toEqual(['provider_equivocated'])
  expectClear('roots')
  await southGoesOn()
})

test('a provider that copies ids, numbers and names of another has no effect on it', async () => {
  const [east, { engine, thief }] = [device.provider('east'), device.provider('copied')]
  // The name of a decision follows from stream and candle: it can be used before the one that it is meant for.
  const entry = east.engine.keepsEntry()
  await thief.signal({ jti: entry.jti, seq: entry.seq, prev: engine.row().hash })
  await device.filled('copied', 'entry')
  await east.engine.send(entry)
  await device.filled('east', 'entry')
  // The very token on its own line, under either name.
  await thief.link.publish('keyside/v1/signal/copied/trend', entry.token)
  await thief.link.publish('keyside/v1/signal/east/trend', entry.token)
  await thief.exit('100', { iss: 'east', seq: 2, prev: hashText(entry.token) })
  await engine.exit()
  await device.tells('copied', 'equivocation')
  expect(device.orders('east')).not.toContain('exit submitted')
  await sells('east')
  await trades('east')
  expect(device.told('east')).toEqual([])
  expectClear('copied')
})

test('an exit of 60 % that was lost on the way is made up for from the replay', async () => {
  const { engine } = device.provider('lost')
  await engine.enter('200')
  await device.filled('lost', 'entry')
  await engine.losesExit('60')
  await device.filled('lost', 'exit')
  expect(engine.asked.length).toBeGreaterThan(0)
  const [bought, sold] = device.amounts('lost')
  expect(Number(sold) / Number(bought)).toBeCloseTo(0.6, 2)
  await sells('lost')
  expect(device.told('lost')).toEqual(['signals_missed'])
  await southGoesOn()
})

test('a provider whose root was replaced twice, and the first one left out, is verified after a restart too', async () => {
  const { replacesRoot, leavesOldRootsOut } = device.provider('lost')
  for (const [version, step] of [replacesRoot, replacesRoot, leavesOldRootsOut].entries()) {
    step()
    await until('the next keyset', () => device.heldVersion('lost') === version + 2)
  }
  await device.restart()
  await trades('lost')
  await southGoesOn()
})

test('under fire, from one second after the keyset nothing of the stolen key is followed, and genuine signals are', async () => {
  const provider = device.provider('fire')
  const { revoke, stolen } = provider
  const cease = fire(provider)
  await device.filled('fire', 'entry', 3)
  const revoked = revoke()
  const published = Date.now()
  await revoked
  await device.tells('fire', 'key_revoked')
  // The genuine head holds nothing: what the thief has bought is sold.
  await device.filled('fire', 'exit')
  await trades('fire')
  await pause(Math.max(0, published + 2_500 - Date.now()))
  await cease()
  const { made, taken } = device.ordersOf(stolen.kid)
  expect(taken.length).toBeGreaterThan(2)
  expect(Math.max(...made, ...taken)).toBeLessThan(published + 1_000)
  expect(device.told('fire')).toEqual(['key_revoked'])
  expectClear('fire')
  await southGoesOn()
})

test('who was cut off from the keyset that revokes a key follows it to the end of its own, and no further', async () => {
  const provider = device.provider('cut')
  const { renew, publishRevocation, authority, begin, engine, stolen, keyset } = provider
  renew(6)
  await until('the short keyset', () => device.heldVersion('cut') === 2)
  const ends = readKeyset(keyset()).claims.exp * 1000
  await authority.stop()
  publishRevocation()
  const cease = fire(provider)
  await device.filled('cut', 'entry', 3)
  await device.tells('cut', 'provider_unverified')
  await pause(Math.max(0, ends + 1_500 - Date.now()))
  await cease()
  const { made, taken } = device.ordersOf(stolen.kid)
  expect(taken.length).toBeGreaterThan(2)
  expect(Math.max(...made, ...taken)).toBeLessThan(ends + 500)
  await begin()
  await engine.takesNextKey()
  await device.tells('cut', 'key_revoked')
  await device.filled('cut', 'exit')
  await trades('cut')
  expect(device.told('cut')).toEqual([
    'keyset_taken',
    'provider_unverified',
    'key_revoked',
    'provider_followed',
  ])
  expectClear('cut')
  await southGoesOn()
})

/** Entries of a valid chain, as fast as they are taken, until it is told to stop. */
function fire({ thief, engine }: CompromisedProvider) {
  let { seq, hash: prev } = engine.row()
  let going = true
  const ended = (async () => {
    while (going) {
      seq += 1
      const size = { unit: 'quote', value: '11' } as const
      prev = await thief.signal({ seq, prev, size, candle: candle() })
      await pause(100)
    }
  })()
  return async () => {
    going = false
    await ended
  }
}

/** The next one each time: no decision is made twice. */
let candles = 0
const candle = () => {
  candles += 1
  return { timeframe: '1s', start: Math.floor(Date.now() / 1000) - 5_000 + candles } as const
}

/** An address at which nobody should knock. */
async function somewhereElse() {
  let knocks = 0
  const server = createServer((socket) => {
    knocks += 1
    socket.destroy()
  }).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `mqtts://127.0.0.1:${address.port}`,
    knocks: () => knocks,
    close: () => new Promise((done) => server.close(done)),
  }
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))
