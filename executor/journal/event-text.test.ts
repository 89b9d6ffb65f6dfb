// The sentences of one order: approved, sent, answer lost, found again, filled.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { NewEvent } from '../core/model/events.ts'
import { ORDER_EVENTS } from '../core/model/order-table.ts'
import { eventText } from './event-text.ts'
import { Journal } from './journal.ts'
import { readJournal } from './read.ts'

const clientOrderId = '0'.repeat(32)
const say = (happening: NewEvent) => eventText({ ...happening, at: 0 })
const step = (event: (typeof ORDER_EVENTS)[number], more = {}) =>
  say({ type: 'step', clientOrderId, event, ...more })

test('tells an order whose answer was lost', () => {
  const plan = {
    id: 'x',
    value: '250.02',
    risk: '3.1',
    takerFee: '0.001',
    holds: 'coins',
    request: {
      clientOrderId,
      market: 'BTC/USDT',
      side: 'buy',
      type: 'limit',
      timeInForce: 'IOC',
      amount: '0.005',
      price: '50004',
    },
  } as const
  const approval = { tag: 'confirm.above', reason: '', expires: 75_000 }
  const trade = {
    id: '77',
    at: 0,
    amount: '0.005',
    price: '50001.5',
    fee: { amount: '0.000005', currency: 'BTC' },
  }
  expect([
    say({ type: 'planned', clientOrderId, plan }),
    step('prompt', { approval }),
    step('approve'),
    step('submit'),
    step('mark_unknown', { code: 'order_unknown', message: 'no answer within 15 s' }),
    step('accept', { exchangeId: '1001' }),
    say({ type: 'fill', clientOrderId, market: 'BTC/USDT', trade }),
    step('complete'),
  ]).toEqual([
    'planned: buy 0.005 BTC/USDT for at most 50004, now or not at all, worth 250.02 USDT, may lose 3.1 USDT',
    'waits for your yes; policy confirm.above, until 00:01:15 UTC',
    'you approved it',
    'handed to the exchange',
    'no answer: it may be there or not, so it is asked for and never sent again; no answer within 15 s (order_unknown)',
    'the exchange has it; as number 1001',
    'filled 0.005 at 50001.5, fee 0.000005 BTC, trade 77',
    'filled completely',
  ])
})

test('has words for every step', () => {
  for (const event of ORDER_EVENTS) expect(step(event)).toMatch(/^[a-z].{5,}/)
})

test('reads back what was journaled in the same words', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-words-'))
  const path = join(folder, 'journal.db')
  const journal = new Journal(path)
  journal.append([{ type: 'step', clientOrderId, event: 'approve', at: 5 }], [], 5)
  journal.close()
  expect(readJournal(path).map(({ body }) => eventText(body))).toEqual(['you approved it'])
  rmSync(folder, { recursive: true })
})
