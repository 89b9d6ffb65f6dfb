// What counts as real money: everything but the sandbox of this home, while it goes on proving itself.
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { freePort, systemClock, systemRandomBytes } from '@keyside/runtime'
import { CALM, type ManualClock, Market, manualClock, startExchange } from '@keyside/sandbox'
import { afterEach, expect, test } from 'vitest'
import { binance } from '../binance/dialect.ts'
import { openWiretap } from '../testing/wiretap.ts'
import { RealMoney } from './real-money.ts'
import { VenueAdapter } from './venue-adapter.ts'

const log = { info: () => undefined, warn: () => undefined }
const SECRET = new Uint8Array(32).fill(7)
const KEYS = { apiKey: 'key', secret: 'secret' }
const PATIENCE = { timeout: 5_000 }

const undo: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

async function openSandbox(proofSecret?: Uint8Array, port = 0) {
  const sandbox = await startExchange({
    market: new Market({ seed: 1, wave: CALM }),
    accounts: [
      {
        name: 'main',
        apiKey: KEYS.apiKey,
        credential: { secret: KEYS.secret },
        balances: { USDT: '1000' },
      },
    ],
    port,
    ...(proofSecret && { proofSecret }),
  })
  undo.push(() => sandbox.stop())
  return sandbox
}

function moneyAt(
  address: string | undefined,
  secret?: Uint8Array,
  clock: ManualClock = manualClock(),
) {
  const money = new RealMoney({
    ...(address !== undefined && { address }),
    ...(secret && { sandbox: { secret, randomBytes: systemRandomBytes } }),
    clock,
    log,
    timeoutMs: 300,
  })
  undo.push(() => money.close())
  return money
}

async function answering(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  undo.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test.each([
  undefined,
  'http://127.0.0.1:41234',
  'http://localhost:8090',
  'http://sandbox:8090',
  'https://api.binance.com',
  'https://api-gcp.binance.com',
  'https://testnet.binance.vision',
])('%s is real money until it has proved something, with a secret or without', (address) => {
  const sandbox = { secret: SECRET, randomBytes: systemRandomBytes }
  const parts = { keys: KEYS, clock: systemClock, log, ...(address && { address }) }
  expect(new VenueAdapter(binance, parts).money).toBe('real')
  expect(new VenueAdapter(binance, { ...parts, sandbox }).money).toBe('real')
})

test('the sandbox that knows the secret of this home is not', async () => {
  const { address } = await openSandbox(SECRET)
  const money = moneyAt(address, SECRET)
  expect(money.realMoney).toBe('yes')
  await money.ask()
  expect(money.realMoney).toBe('no')
})

test('an executor that knows no secret takes the same sandbox for real', async () => {
  const { address } = await openSandbox(SECRET)
  const money = moneyAt(address)
  await money.ask()
  expect(money.realMoney).toBe('yes')
})

test.each([
  ['another secret', new Uint8Array(32).fill(8)],
  ['no secret', undefined],
])('a sandbox that knows %s is real', async (_, secret) => {
  const { address } = await openSandbox(secret)
  const money = moneyAt(address, SECRET)
  await money.ask()
  expect(money.realMoney).toBe('yes')
})

const ANSWERS: readonly [string, RequestListener][] = [
  ['nothing', () => undefined],
  ['a page', (_, response) => response.end('<html>')],
  ['an empty answer', (_, response) => response.end('')],
  ['an empty proof', (_, response) => response.end('{"proof":""}')],
  ['the nonce itself', (request, response) => echo(request, response)],
  ['what it was asked', (request, response) => request.pipe(response)],
  ['a refusal', (_, response) => response.writeHead(400).end('{"code":-1121,"msg":"no"}')],
]

function echo(...[request, response]: Parameters<RequestListener>): void {
  request.on('data', (chunk) => {
    response.end(JSON.stringify({ proof: JSON.parse(String(chunk)).nonce }))
  })
}

test.each(ANSWERS)('an address that answers with %s is real', async (_, listener) => {
  const money = moneyAt(await answering(listener), SECRET)
  await money.ask()
  expect(money.realMoney).toBe('yes')
})

test('one that sends the question on to a sandbox is real', async () => {
  const { address } = await openSandbox(SECRET)
  const away = await answering((request, response) =>
    response.writeHead(307, { location: `${address}${request.url}` }).end(),
  )
  const money = moneyAt(away, SECRET)
  await money.ask()
  expect(money.realMoney).toBe('yes')
  const open = moneyAt(away.replace('127.0.0.1', '0.0.0.0'), SECRET)
  await expect(open.enter()).rejects.toMatchObject({ code: 'exchange_address_plain' })
})

test('a sandbox is asked again before its proof is too old, and soon where nobody answered', async () => {
  const port = await freePort()
  const sandbox = await openSandbox(SECRET, port)
  const tap = await openWiretap(sandbox.address)
  undo.push(() => tap.stop())
  const clock = manualClock()
  const money = moneyAt(tap.address, SECRET, clock)
  const asked = (count: number) => expect.poll(() => tap.heard.length, PATIENCE).toBe(count)
  const after = async (ms: number) => {
    clock.advance(ms)
    await settled()
  }
  await money.ask()
  undo.push(money.keepFresh())
  await after(14_000)
  await asked(1)
  await after(1_000)
  await asked(2)
  await sandbox.stop()
  await settled()
  await after(15_000)
  await expect.poll(() => money.realMoney, PATIENCE).toBe('yes')
  await openSandbox(SECRET, port)
  await settled()
  await after(2_000)
  await expect.poll(() => money.realMoney, PATIENCE).toBe('no')
})

/** What was decided without an answer is done. */
function settled(): Promise<void> {
  return new Promise((done) => setImmediate(done))
}

test('a proof that was overheard proves nothing the next time', async () => {
  const { address } = await openSandbox(SECRET)
  const ask = async (nonce: string) => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ nonce })
    return (await fetch(`${address}/sandbox/proof`, { method: 'POST', headers, body })).text()
  }
  const old = await ask('A'.repeat(43))
  const money = moneyAt(await answering((_, response) => response.end(old)), SECRET)
  await money.ask()
  expect(money.realMoney).toBe('yes')
})

test('a proof has an age, also when the clock is set back', async () => {
  const { address } = await openSandbox(SECRET)
  const clock = manualClock()
  const money = moneyAt(address, SECRET, clock)
  const start = clock.now()
  await money.ask()
  clock.set(start + 59_000)
  expect(money.realMoney).toBe('no')
  clock.set(start + 61_000)
  expect(money.realMoney).toBe('yes')
  clock.set(start - 1_000)
  expect(money.realMoney).toBe('yes')
})

test('a sandbox that stops proving itself is real again, and one that comes back is not', async () => {
  const port = await freePort()
  const sandbox = await openSandbox(SECRET, port)
  const money = moneyAt(sandbox.address, SECRET)
  await money.ask()
  expect(money.realMoney).toBe('no')
  await sandbox.stop()
  await money.ask()
  expect(money.realMoney).toBe('yes')
  const other = await openSandbox(undefined, port)
  await money.ask()
  expect(money.realMoney).toBe('yes')
  await other.stop()
  await openSandbox(SECRET, port)
  await money.ask()
  expect(money.realMoney).toBe('no')
})

test('asks again by itself, and never with the secret', async () => {
  const heard: string[] = []
  const address = await answering((request, response) => {
    request.on('data', (chunk) => heard.push(`${request.method} ${request.url} ${chunk}`))
    request.on('end', () => response.end('{}'))
  })
  const clock = manualClock()
  const money = moneyAt(address, SECRET, clock)
  await money.ask()
  undo.push(money.keepFresh())
  // A real exchange is not asked for a sandbox's page every second.
  clock.advance(58_000)
  await settled()
  expect(heard).toHaveLength(1)
  clock.advance(2_000)
  await expect.poll(() => heard.length, PATIENCE).toBe(2)
  expect(new Set(heard).size).toBe(2)
  for (const line of heard)
    expect(line).toMatch(/^POST \/sandbox\/proof \{"nonce":"[A-Za-z0-9_-]{43}"\}$/)
})

test('no key goes over the open network, unless it is to the sandbox', async () => {
  const { address } = await openSandbox(SECRET)
  const open = address.replace('127.0.0.1', '0.0.0.0')
  const keys = { keys: KEYS, clock: systemClock, log, address: open }
  const refused = new VenueAdapter(binance, keys)
  const plain = { code: 'exchange_address_plain' }
  await expect(refused.start(['BTC/USDT'])).rejects.toMatchObject(plain)
  await expect(refused.keyRights()).rejects.toMatchObject(plain)
  await refused.stop()
  const gone = new VenueAdapter(binance, { ...keys, address: 'http://0.0.0.0:9' })
  const sandbox = { secret: SECRET, randomBytes: systemRandomBytes }
  const silent = new VenueAdapter(binance, { ...keys, address: 'http://0.0.0.0:9', sandbox })
  await expect(gone.start(['BTC/USDT'])).rejects.toMatchObject(plain)
  await expect(silent.start(['BTC/USDT'])).rejects.toMatchObject({ code: 'exchange_unreachable' })
})

test('a container reaches the sandbox by its name, and is shown the proof', async () => {
  const sandbox = await startExchange({
    market: new Market({ seed: 1, wave: CALM }),
    accounts: [],
    proofSecret: SECRET,
    names: ['0.0.0.0'],
  })
  undo.push(() => sandbox.stop())
  const money = moneyAt(sandbox.address.replace('127.0.0.1', '0.0.0.0'), SECRET)
  await money.enter()
  expect(money.realMoney).toBe('no')
})
