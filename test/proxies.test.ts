// What goes to Telegram and to exchanges goes through the proxy that the configuration names, or nowhere.
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { botConfig } from '@keyside/bot'
import { createLog, systemClock, systemRandomBytes, writePrivate } from '@keyside/runtime'
import { agentMaker, HttpClient, proxySetting } from '@keyside/runtime/web'
import {
  CALM,
  Market,
  type ProxyOptions,
  type SandboxProxy,
  startExchange,
  startProxy,
  startTelegram,
} from '@keyside/sandbox'
import { expect, onTestFinished, test } from 'vitest'
import { createTelegram } from '../bot/telegram.ts'
import { createVenue } from '../executor/venues/create-venue.ts'
import { openSource } from '../strategy-engine/data/exchange-candles.ts'
import { openCcxtFeed } from '../strategy-engine/market/ccxt-feed.ts'

const TOKEN = '424242:AAFakeTokenOfTheSandboxForTests_12345'
const CREDENTIALS = 'us er:pass:w@rd/1'
const KINDS = ['http', 'socks5'] as const
const KEYS = { apiKey: 'key', secret: 'secret' }

/** A name that this machine cannot resolve: only the proxy can lead there. */
const HOST = 'elsewhere.invalid'
const hosts = new Map([[HOST, '127.0.0.1']])

async function homeFolder(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'keyside-proxy-'))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  writePrivate(join(home, 'token'), `${TOKEN}\n`)
  writePrivate(join(home, 'proxy'), `${CREDENTIALS}\n`)
  return home
}

async function openProxy(options: ProxyOptions = {}): Promise<SandboxProxy> {
  const proxy = await startProxy({ hosts, ...options })
  onTestFinished(() => proxy.stop())
  return proxy
}

function behind(address: string): string {
  const url = new URL(address)
  url.hostname = HOST
  return url.origin
}

const settingOf = (kind: string, { port }: SandboxProxy, more: object = {}) =>
  proxySetting.parse({ address: `${kind}://127.0.0.1:${port}`, ...more })

function openLog() {
  const lines: string[] = []
  const destination = { write: (line: string) => lines.push(line) }
  return { lines, log: createLog({ program: 'test', level: 'trace', destination }) }
}

async function openMarket() {
  const proofSecret = systemRandomBytes(32)
  const account = { name: 'main', apiKey: KEYS.apiKey, credential: { secret: KEYS.secret } }
  const exchange = await startExchange({
    market: new Market({ seed: 1, wave: CALM }),
    accounts: [{ ...account, balances: { USDT: '1000' } }],
    port: 0,
    proofSecret,
  })
  onTestFinished(() => exchange.stop())
  return { exchange, proofSecret }
}

test.for(KINDS)('Telegram is reached through a proxy of %s, and not beside it', async (kind) => {
  const home = await homeFolder()
  const sandbox = await startTelegram({
    token: TOKEN,
    botUsername: 'keyside_bot',
    clock: systemClock,
  })
  onTestFinished(() => sandbox.stop())
  const proxy = await openProxy({ credentials: CREDENTIALS })
  const { telegram } = botConfig.pick({ telegram: true }).parse({
    telegram: {
      tokenFile: 'token',
      address: sandbox.address,
      proxy: settingOf(kind, proxy, { credentialsFile: 'proxy' }),
    },
  })
  const { api, bot } = createTelegram({ telegram }, { home, clock: systemClock })
  sandbox.chat().sendText('/start')
  const [update] = await bot.api.getUpdates({ timeout: 0 })
  const chat = update?.message?.chat.id ?? 0
  await api.sendMessage(chat, 'through')
  expect(new Set(proxy.asked)).toEqual(new Set([new URL(telegram.address ?? '').host]))
  expect(new Set(proxy.credentials)).toEqual(new Set([CREDENTIALS]))
  await proxy.stop()
  const before = sandbox.calls.length
  await expect(api.sendMessage(chat, 'beside')).rejects.toThrow('Network request')
  await expect(bot.api.getUpdates({ timeout: 0 })).rejects.toThrow('Network request')
  expect(sandbox.calls).toHaveLength(before)
})

test.for(KINDS)(
  'an exchange is reached through a proxy of %s: proof, prices, account',
  async (kind) => {
    const home = await homeFolder()
    const { exchange, proofSecret } = await openMarket()
    writePrivate(
      join(home, 'sandbox.secret'),
      `${Buffer.from(proofSecret).toString('base64url')}\n`,
    )
    const proxy = await openProxy()
    const { lines, log } = openLog()
    const config = {
      name: 'binance',
      // The sandbox proves itself to this machine alone.
      address: exchange.address,
      proxy: settingOf(kind, proxy, { credentialsFile: 'proxy' }),
      sandboxSecretFile: 'sandbox.secret',
    } as const
    const deps = { home, clock: systemClock, randomBytes: systemRandomBytes, log }
    const venue = await createVenue(config, async () => KEYS, deps)
    onTestFinished(() => venue.stop())
    await venue.start(['BTC/USDT'])
    expect(venue.money).toBe('sandbox')
    expect(await venue.keyRights()).toMatchObject({ ok: true })
    expect(new Set(proxy.asked)).toEqual(new Set([new URL(exchange.address).host]))
    await proxy.stop()
    expect(await venue.keyRights()).toMatchObject({ ok: false })
    expect(lines.join('\n')).toContain('the exchange does not answer')
    expect(lines.join('\n')).not.toMatch(/pass:w|us er/)
  },
)

test('over http no key is shown to the loopback of a proxy', async () => {
  const home = await homeFolder()
  const { exchange } = await openMarket()
  const proxy = await openProxy()
  const config = {
    name: 'binance',
    address: exchange.address,
    proxy: settingOf('http', proxy),
    sandboxSecretFile: 'sandbox.secret',
  } as const
  const deps = { home, clock: systemClock, randomBytes: systemRandomBytes, log: openLog().log }
  const venue = await createVenue(config, async () => KEYS, deps)
  onTestFinished(() => venue.stop())
  await expect(venue.start(['BTC/USDT'])).rejects.toMatchObject({ code: 'exchange_address_plain' })
})

test.for(KINDS)(
  'candles come through a proxy of %s: history, live stream and downloads',
  async (kind) => {
    const { exchange } = await openMarket()
    const proxy = await openProxy()
    const makeAgent = agentMaker(settingOf(kind, proxy), '/')
    const address = behind(exchange.address)
    const set = { exchange: 'binance', market: 'BTC/USDT', timeframe: '1m' } as const
    const source = await openSource(set, address, makeAgent)
    expect((await source.page(Math.floor(Date.now() / 60_000) * 60 - 600)).length).toBeGreaterThan(
      5,
    )
    const { log, lines } = openLog()
    const feed = await openCcxtFeed({
      name: 'binance',
      address,
      makeAgent,
      clock: systemClock,
      log,
    })
    onTestFinished(() => feed.close())
    const candle = Promise.withResolvers<unknown>()
    feed.subscribe({
      market: 'BTC/USDT',
      timeframe: '1s',
      history: 2,
      onHistory: () => undefined,
      onCandle: candle.resolve,
      onStatus: () => undefined,
      onTrouble: ({ message }) => candle.reject(new Error(message)),
    })
    await candle.promise
    expect(new Set(proxy.asked)).toEqual(new Set([new URL(address).host]))
    expect(lines.join('\n')).not.toContain('broke off')
  },
)

test('what a proxy says itself is never taken for the word of the exchange behind it', async () => {
  const lie = JSON.stringify({ code: -2013, msg: 'Order does not exist.' })
  const server = createServer().on('connect', (_, socket) => {
    socket.end(`HTTP/1.1 400 Bad Request\r\ncontent-length: ${lie.length}\r\n\r\n${lie}`)
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const makeAgent = agentMaker({ address: `http://127.0.0.1:${port}` }, '/')
  const http = new HttpClient(makeAgent)
  onTestFinished(() => http.close())
  const request = { method: 'GET', headers: {}, timeout: 5000 }
  for (const url of [`http://${HOST}/api`, `https://${HOST}/api`])
    await expect(http.send(url, request)).rejects.toThrow('the proxy refused the connection: 400')
})

test.for(KINDS)('a proxy of %s that does not know the user lets nothing through', async (kind) => {
  const { exchange } = await openMarket()
  const proxy = await openProxy({ credentials: 'another:one' })
  const home = await homeFolder()
  const setting = settingOf(kind, proxy, { credentialsFile: 'proxy' })
  const http = new HttpClient(agentMaker(setting, home))
  onTestFinished(() => http.close())
  const request = { method: 'GET', headers: {}, timeout: 5000 }
  const failed = await http.send(`${behind(exchange.address)}/api/v3/time`, request).catch(String)
  expect(failed).toMatch(/refused|Authentication/)
  expect(failed).not.toContain('pass')
  expect(proxy.asked).toEqual([])
})

test.for([
  'socks4://127.0.0.1:1080',
  'ftp://127.0.0.1:21',
  '127.0.0.1:8080',
  'http://user:secretword@127.0.0.1:8080',
  'http://127.0.0.1:8080/path',
])('%s is no address of a proxy, and is not repeated', (address) => {
  const parsed = proxySetting.safeParse({ address })
  expect(parsed.error?.issues.map(({ message }) => message).join()).toContain('credentialsFile')
  expect(JSON.stringify(parsed.error)).not.toContain('secretword')
})

test('a file that holds no user and password is refused, and not repeated', async () => {
  const home = await homeFolder()
  writePrivate(join(home, 'proxy'), 'secretword\n')
  const setting = { address: 'socks5://127.0.0.1:1080', credentialsFile: 'proxy' }
  const refused = () => agentMaker(setting, home)
  expect(refused).toThrow(expect.objectContaining({ code: 'proxy_credentials_malformed' }))
  expect(refused).not.toThrow('secretword')
})
