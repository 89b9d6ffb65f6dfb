// What ccxt may do with one question: sign and send one request, without a word for anybody else.
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { binance } from '../binance/dialect.ts'
import type { Dialect, Question } from './dialect.ts'
import { RateLimitBudget } from './rate-limit.ts'
import { RestClient } from './rest-client.ts'

async function asked(id: string, method: string, change: Partial<Dialect> = {}) {
  const heard: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    heard.push(request.headers)
    response.end('{"retCode":0,"result":{"list":[]}}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const dialect: Dialect = { ...binance, ccxt: { id, options: {} }, ...change }
  const budget = new RateLimitBudget(dialect.limits)
  const client = new RestClient({
    dialect,
    keys: { apiKey: 'key', secret: 'secret' },
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    timeoutMs: 1_000,
    unitMs: 1,
    budget,
    exchangeTime: () => 1_700_000_000_000,
    onUntimely: () => undefined,
    priority: 'normal',
    log: { info: () => undefined, warn: () => undefined },
  })
  const question: Question<unknown> = { method, params: { category: 'spot' }, read: (body) => body }
  const reply = await client.ask(question)
  onTestFinished(() => client.close())
  return { reply, heard, backoff: budget.backoff(performance.now()) }
}

test('takes off the headers with which ccxt names itself for an order', async () => {
  const { reply, heard } = await asked('bybit', 'privatePostV5OrderCreate')
  expect(reply.got).toBe('answer')
  expect(heard).toHaveLength(1)
  expect(heard[0]).toHaveProperty('x-bapi-sign')
  expect(heard[0]).not.toHaveProperty('referer')
})

test('lets no second request out within one question, and takes no answer for it', async () => {
  const { reply, heard } = await asked('bybit', 'fetchMarkets')
  await vi.waitFor(() => expect(heard).toHaveLength(1))
  expect(reply.got).toBe('ambiguous')
})

test('says not sent where ccxt has no such endpoint', async () => {
  const { reply, heard } = await asked('bybit', 'privatePostNowhere')
  expect(reply.got).toBe('not sent')
  expect(heard).toEqual([])
})

const REFUSES = (why: 'refused' | 'limited'): Partial<Dialect> => ({
  refusals: { ...binance.refusals, read: () => ({ code: '1', text: 'no', why }) },
})

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
