// However long the rows of an answer are, a report has room for it, and what has no room is counted.
import { type Answer, sign } from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import { expect, test } from 'vitest'
import type { Trade } from '../results/trade.ts'
import { jtiOf, START, TestExecutor } from '../testing/rig.ts'
import { readHistory } from './history.ts'
import type { Results } from './results.ts'

const DAY = 86_400_000
const LONG = '123456789.123456789012'
const KEY = signingKey(new Uint8Array(32).fill(1))

/** As long as a row can be: a long name, and fees in eight currencies. */
const TRADES = Array.from({ length: 60 }, (_, at): Trade => {
  const fees = Array.from({ length: 8 }, (_, n) => ({ currency: `COIN${n}`, amount: LONG }))
  return {
    number: at + 1,
    clientOrderId: String(at),
    stream: `acme/${'s'.repeat(32)}`,
    market: 'BTC/USDT',
    reason: 'trailing_stop',
    opened: START,
    closed: START + at * DAY,
    amount: LONG,
    cost: LONG,
    proceeds: LONG,
    fees,
    feesValue: LONG,
    besides: fees,
    result: { gain: LONG, negative: true, paid: LONG },
    entry: null,
    stops: [],
  }
})

function asked(ask: Parameters<typeof readHistory>[0]): Promise<Answer> {
  const executor = new TestExecutor()
  const db = executor.journal.database()
  const results = { read: async () => ({ trades: () => TRADES }) } as unknown as Results
  executor.close()
  const now = START + 60 * DAY
  const drawdown = { currency: 'USDT', used: LONG, limit: LONG }
  const candles = async () => []
  return readHistory(ask, { db, results, now, pause: async () => undefined, drawdown, candles })
}

function send(answer: Answer): void {
  const at = START / 1000
  const id = jtiOf('report')
  const event = { type: 'answer', to: id, answer } as const
  const registered = { iss: 'device', aud: 'bot', iat: at, exp: at + 60, jti: id }
  sign('report', { ...registered, seq: 1_000_000_000, session: id, at, event }, KEY)
}

test('the last orders say why they came to nothing, and twenty of them have room', async () => {
  const executor = new TestExecutor()
  const db = executor.journal.database()
  const id = 'A'.repeat(43)
  const put = db.prepare('INSERT INTO reports (seq, at, event) VALUES (?, ?, ?)')
  for (let at = 1001; at <= 1025; at += 1) {
    const order = {
      id,
      signal: jtiOf('s'),
      stream: `acme/${'s'.repeat(32)}`,
      kind: 'entry',
      market: 'BTC/USDT',
      side: 'buy',
      amount: LONG,
      price: LONG,
      value: LONG,
      clientOrderId: String(at).padStart(32, '0'),
    }
    const why = { code: 'size.max', message: `expected less, got ${'9'.repeat(300)}` }
    put.run(
      at,
      START,
      JSON.stringify({ type: 'order', status: 'denied', order, filled: '0', ...why }),
    )
  }
  const answer = await readHistory({ do: 'orders', limit: 20 }, { db } as never)
  executor.close()
  send(answer)
  if (answer.about !== 'orders') throw new Error('no orders')
  expect(answer.rows.length).toBeGreaterThan(10)
  expect(answer.rows[0]?.message).toMatch(/^expected less, got 9+…$/)
})

test('sums that have no room are counted under more', async () => {
  const answer = await asked({ do: 'results', by: 'day' })
  send(answer)
  if (answer.about !== 'results') throw new Error('no results')
  expect(answer.rows.length).toBeGreaterThan(8)
  expect(answer.rows.length + (answer.more ?? 0)).toBe(60)
  expect(answer.rows[0]?.key).toBe(new Date(START + 59 * DAY).toISOString().slice(0, 10))
})

test('a curve and its rows have room in one report, however long they are', async () => {
  const answer = await asked({ do: 'results', by: 'day', curve: 0 })
  send(answer)
  if (answer.about !== 'results') throw new Error('no results')
  expect(answer.curve?.points).toHaveLength(60)
  expect(answer.rows.length).toBeGreaterThan(5)
  expect(answer.rows.length + (answer.more ?? 0)).toBe(60)
  expect(answer.drawdown).toEqual({ currency: 'USDT', used: LONG, limit: LONG })
})

test('sales that have no room are those of the next page', async () => {
  const numbers: number[] = []
  for (let before = 61; before > 1; before = numbers.at(-1) ?? 0) {
    const answer = await asked({ do: 'trades', limit: 20, before })
    send(answer)
    if (answer.about !== 'trades') throw new Error('no trades')
    numbers.push(...answer.rows.map(({ number }) => number))
  }
  expect(numbers).toEqual(Array.from({ length: 60 }, (_, at) => 60 - at))
})
