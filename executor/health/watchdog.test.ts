// A ping over real HTTP: only while everything is well, with nothing in it, and its address in no log.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { Journal } from '../journal/journal.ts'
import { FakeExchange } from '../testing/fake-exchange.ts'
import { healthChecksOf, pingWatchdog, watchdogSetting } from './watchdog.ts'

const SECRET = 'd1b0c0de-secret'

/** A server that answers as the test says, and what it was asked. */
async function listening(status = 200) {
  const asked: { request: IncomingMessage; body: string }[] = []
  let heard = Promise.withResolvers<void>()
  const server = createServer(async (request, response) => {
    asked.push({ request, body: await text(request) })
    response.writeHead(answer.status, { location: '/elsewhere' }).end('thank you')
    heard.resolve()
  })
  const answer = { status }
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close().closeAllConnections())
  const { port } = server.address() as AddressInfo
  const next = async () => {
    await heard.promise
    heard = Promise.withResolvers()
  }
  return { url: `http://127.0.0.1:${port}/ping/${SECRET}?a=b`, asked, answer, next, server }
}

function pinging(url: string) {
  const lines: string[] = []
  const well = { exchange: true, broker: true, journal: true }
  let turn: () => void = () => undefined
  let logged = Promise.withResolvers<void>()
  const write = (...parts: unknown[]) => {
    lines.push(JSON.stringify(parts))
    logged.resolve()
  }
  const stop = pingWatchdog({
    setting: { url, every: 60 },
    checks: {
      exchange: () => well.exchange,
      broker: () => well.broker,
      journal: () => well.journal,
    },
    clock: {
      every: (ms, run) => {
        expect(ms).toBe(60_000)
        turn = run
        return () => undefined
      },
    },
    log: { info: write, warn: write },
  })
  onTestFinished(stop)
  const nextLine = async () => {
    await logged.promise
    logged = Promise.withResolvers()
  }
  return { lines, well, turn: () => turn(), nextLine, stop }
}

test('it is pinged at once and then each time, with nothing in the request', async () => {
  const { url, asked, next } = await listening()
  const { turn, lines } = pinging(url)
  await next()
  turn()
  await next()
  expect(asked.map(({ request, body }) => [request.method, request.url, body])).toEqual(
    Array(2).fill(['GET', `/ping/${SECRET}?a=b`, '']),
  )
  expect(Object.keys(asked[0]?.request.headers ?? {}).toSorted()).toEqual(['connection', 'host'])
  expect(lines).toEqual([])
})

test.each(['exchange', 'broker', 'journal'] as const)(
  'while the %s is not well it is not pinged, and that is logged once',
  async (part) => {
    const { url, asked, next } = await listening()
    const { well, turn, lines, nextLine } = pinging(url)
    await next()
    well[part] = false
    turn()
    turn()
    await nextLine()
    well[part] = true
    turn()
    await next()
    await nextLine()
    expect(asked).toHaveLength(2)
    expect(lines).toEqual([expect.stringContaining(part), expect.stringContaining('is pinged')])
  },
)

test('what does not take it is logged once, without its address, and a redirect leads nowhere', async () => {
  const { url, asked, answer, server } = await listening(302)
  const { turn, lines, nextLine } = pinging(url)
  await nextLine()
  turn()
  answer.status = 500
  turn()
  await nextLine()
  server.close().closeAllConnections()
  turn()
  await nextLine()
  expect(lines).toEqual([
    expect.stringContaining('status 302'),
    expect.stringContaining('status 500'),
    expect.stringMatching(/ECONN/),
  ])
  expect(lines.join()).not.toContain(SECRET)
  expect(lines.join()).not.toContain('127.0.0.1')
  expect(asked.every(({ request }) => request.url?.startsWith('/ping'))).toBe(true)
})

test('where nobody listens, the log has the reason and not the address', async () => {
  const { url, server } = await listening()
  await new Promise((done) => server.close(done))
  const { lines, nextLine } = pinging(url)
  await nextLine()
  expect(lines).toEqual([expect.stringContaining('ECONNREFUSED')])
  expect(lines.join()).not.toMatch(/127\.0\.0\.1|secret/)
})

test.each([
  ['https://example.com/ping/1', true],
  ['http://127.0.0.1:8000/x', true],
  ['http://localhost/x', true],
  ['http://[::1]:8000/x', true],
  ['http://example.com/x', false],
  ['http://10.0.0.5/x', false],
  ['https://user:word@example.com/x', false],
  ['https://example.com/x#y', false],
  ['ftp://example.com/x', false],
  ['file:///etc/passwd', false],
  ['', false],
])('an address such as %s may be pinged: %s', (url, may) => {
  expect(watchdogSetting.safeParse({ url }).success).toBe(may)
})

test('each part of an executor that fails makes it not well', () => {
  let now = 1_800_000_000_000
  const exchange = new FakeExchange(() => now)
  const path = join(mkdtempSync(join(tmpdir(), 'keyside-watchdog-')), 'journal.db')
  const journal = new Journal(path, { busyMs: 0 })
  onTestFinished(() => rmSync(dirname(path), { recursive: true }))
  let connected = true
  const checks = healthChecksOf({
    exchange,
    journal,
    broker: () => connected,
    markets: () => ['NONE/USDT', 'BTC/USDT'],
    clock: { now: () => now },
  })
  const isWell = () => [checks.exchange(), checks.broker(), checks.journal()]
  expect(isWell()).toEqual([true, true, true])
  connected = false
  expect(isWell()).toEqual([true, false, true])
  now += 60_001
  expect(isWell()).toEqual([false, false, true])
  exchange.quoteAt = now
  exchange.paused = { why: 'banned', until: now + 1 }
  expect(checks.exchange()).toBe(false)
  exchange.paused = { why: 'too_many', until: now + 1 }
  expect(checks.exchange()).toBe(true)
  exchange.reach = 'no'
  expect(checks.exchange()).toBe(false)
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  expect(checks.journal()).toBe(false)
  other.exec('ROLLBACK')
  other.close()
  expect(checks.journal()).toBe(true)
  journal.close()
  expect(checks.journal()).toBe(false)
})
