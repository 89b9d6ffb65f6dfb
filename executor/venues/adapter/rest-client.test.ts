// What ccxt may do with one question: name its endpoint and sign it, without a word for anybody else.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { binance } from '../binance/dialect.ts'
import { bybit } from '../bybit/dialect.ts'
import type { Dialect, Question } from './dialect.ts'
import { OutageLog } from './outage-log.ts'
import { RateLimitBudget } from './rate-limit.ts'
import { RestClient } from './rest-client.ts'

const KEYS = { apiKey: 'key', secret: 'secret' }
const EMPTY = '{"retCode":0,"result":{"list":[]}}'

async function asked(
  id: string,
  method: string,
  change: Partial<Dialect> = {},
  { status = 200, body = EMPTY, keys = KEYS } = {},
) {
  const heard: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    heard.push(request.headers)
    response.writeHead(status).end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const dialect: Dialect = { ...binance, ccxt: { id, options: {} }, ...change }
  const budget = new RateLimitBudget(dialect.limits)
  const log = { info: () => undefined, warn: () => undefined }
  const client = new RestClient({
    dialect,
    keys,
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    timeoutMs: 1_000,
    unitMs: 1,
    budget,
    exchangeTime: () => 1_700_000_000_000,
    onUntimely: () => undefined,
    priority: 'normal',
    outageLog: new OutageLog(log),
    log,
  })
  const question: Question<unknown> = { method, params: { category: 'spot' }, read: (body) => body }
  const reply = await client.ask(question)
  onTestFinished(() => client.close())
  return { client, question, reply, heard, backoff: budget.backoff(performance.now()) }
}

test('an order is on its way when the question is asked, once its endpoint is known', async () => {
  const { client, question } = await asked('bybit', 'privatePostV5OrderCreate')
  let made = 0
  const count = () => (made += 1)
  subscribe('http.client.request.created', count)
  onTestFinished(() => void unsubscribe('http.client.request.created', count))
  const reply = client.ask(question)
  expect(made).toBe(1)
  expect((await reply).got).toBe('answer')
})

test('takes off the headers with which ccxt names itself for an order', async () => {
  const { reply, heard } = await asked('bybit', 'privatePostV5OrderCreate')
  expect(reply.got).toBe('answer')
  expect(heard).toHaveLength(1)
  const signed = ['api-key', 'timestamp', 'recv-window', 'sign'].map((name) => `x-bapi-${name}`)
  const own = ['host', 'connection', 'content-length']
  expect(Object.keys(heard[0] ?? {})).toEqual(['user-agent', 'content-type', ...signed, ...own])
  expect(heard[0]).not.toHaveProperty('referer')
})

test("asks nothing by a method of ccxt's own, which could ask more than once", async () => {
  const { reply, heard } = await asked('bybit', 'fetchMarkets')
  expect(reply.got).toBe('not sent')
  expect(heard).toEqual([])
})

test('says not sent where ccxt has no such endpoint', async () => {
  const { reply, heard } = await asked('bybit', 'privatePostNowhere')
  expect(reply.got).toBe('not sent')
  expect(heard).toEqual([])
})

const REFUSES = (why: 'refused' | 'limited'): Partial<Dialect> => ({
  refusals: { ...binance.refusals, read: () => ({ code: '1', text: 'no', why }) },
})

test.each([400, 404, 500, 503, 600])(
  'takes no answer with HTTP %i for one, whatever it says',
  async (status) => {
    const { reply, heard } = await asked('bybit', 'privatePostV5OrderCreate', {}, { status })
    expect(heard).toHaveLength(1)
    expect(reply.got).toBe('ambiguous')
  },
)

test.each(['<html><body>System maintenance</body></html>', '', '{"retCode":0,"resu'])(
  'who answers %j is not the exchange, and it counts as away',
  async (body) => {
    const { client, reply } = await asked('bybit', 'privatePostV5OrderCreate', {}, { body })
    expect(reply.got).toBe('ambiguous')
    expect(client.reachable).toBe(false)
  },
)

test('takes HTTP 200 for a refusal where the dialect reads one', async () => {
  const { reply, backoff } = await asked('bybit', 'privatePostV5OrderCreate', REFUSES('refused'))
  expect(reply).toMatchObject({ got: 'refusal', refusal: { code: '1' } })
  expect(backoff).toBeNull()
})

test('backs off where the body of an answer says that too much was asked', async () => {
  const { reply, backoff } = await asked('bybit', 'privatePostV5OrderCreate', REFUSES('limited'))
  expect(reply.got).toBe('limited')
  expect(backoff).toMatchObject({ why: 'too_many' })
})

test.each([
  ['a key', (key: string) => `error sign! origin_string[1672211928338${key}5000{}]`],
  ['one that is cut', (key: string) => `${'x '.repeat(95)}${key} is no key`],
])('%s that a venue repeats in its refusal is told to nobody', async (_, words) => {
  const apiKey = 'bYx2Kq9LmNpQrStUvW'
  const body = JSON.stringify({ retCode: 10004, retMsg: words(apiKey) })
  const keys = { ...KEYS, apiKey }
  const { reply } = await asked('bybit', 'privatePostV5OrderCreate', bybit, { body, keys })
  expect(reply).toMatchObject({ got: 'refusal', refusal: { code: '10004' } })
  expect(JSON.stringify(reply)).not.toContain(apiKey.slice(0, 4))
})
