// Bybit's dialect and an unmodified ccxt against the sandbox, whose views lag and forget, over a wire that is listened to.
import { bybitDialect } from '@keyside/sandbox'
import { expect, test, vi } from 'vitest'
import { BALANCES, openSandbox, sandboxContract } from '../testing/sandbox-venue.ts'
import { accepted, canceled, found, order } from '../testing/steps.ts'
import { bybit } from './dialect.ts'

const KEYS = { apiKey: 'CanaryApiKey', secret: 'CanarySecret' }
const BTC = 'BTC/USDT'
const LAG_MS = 75
/** What is over is gone from the view of open orders before the checks are through with it. */
const CLOSED_MS = 350

const { sandbox, tap, exchange, venue, open } = await openSandbox({
  // As long as the sandbox lets its views lag, and no longer.
  dialect: { ...bybit, viewLagMs: 6 * LAG_MS },
  keys: KEYS,
  accounts: [
    {
      name: 'borrower',
      apiKey: 'borrower',
      credential: { secret: KEYS.secret },
      balances: BALANCES,
      rights: { enableMargin: true },
    },
  ],
  sandbox: { dialect: bybitDialect({ lagMs: LAG_MS, closedMs: CLOSED_MS }) },
})

test.for(sandboxContract(30))('$name', ({ run }) => run(venue))

test('a name that was used counts as placed, also when its order is long over and out of sight', async () => {
  const sent = order()
  accepted(await exchange.place(sent))
  await venue.pass(CLOSED_MS + 2 * LAG_MS)
  const again = await exchange.place(sent)
  expect(again.outcome).toBe('unknown')
  expect(
    sandbox.acceptLog().filter((one) => one.clientOrderId === sent.clientOrderId),
  ).toHaveLength(1)
  await found(venue, sent, ({ status }) => expect(status).toBe('filled'))
  const late = await exchange.cancel(BTC, sent.clientOrderId, 'order')
  expect(late).toEqual({ ok: true, value: 'not_open' })
})

test('a stop whose price was passed on its way is seen to wait for the other direction', async () => {
  const stop = order({
    type: 'stop_limit',
    timeInForce: 'GTC',
    side: 'sell',
    triggerPrice: '59000',
    price: '58000',
  })
  // It falls between the last look and the arrival.
  sandbox.faults.arm({ name: 'slow-accept', ms: 400 })
  const before = tap.heard.length
  const placed = exchange.place(stop)
  // Between others: quotes and books are asked for all the time.
  const paths = () => tap.heard.slice(before).map(({ path }) => path)
  await vi.waitFor(() => expect(paths()).toContain('/v5/order/create'))
  await venue.moveTo(0.95)
  expect((await placed).outcome).toBe('accepted')
  await found(venue, stop, ({ triggers }) => expect(triggers).toBe('at_or_above'))
  await canceled(venue, stop)
  await venue.moveTo(1)
})

test('a stop that the price has passed already is not sent', async () => {
  const before = tap.heard.length
  const stop = { type: 'stop_limit', timeInForce: 'GTC', side: 'sell' } as const
  const placed = await exchange.place(order({ ...stop, triggerPrice: '66000', price: '65000' }))
  expect(placed).toMatchObject({ outcome: 'rejected', code: 'exchange_stop_would_trigger' })
  expect(tap.heard.slice(before).filter(({ method }) => method === 'POST')).toEqual([])
})

test('an account that may borrow is refused before anything is ordered', async () => {
  const other = open({ ...KEYS, apiKey: 'borrower' })
  await expect(other.start([BTC])).rejects.toMatchObject({ code: 'exchange_account_borrows' })
  await other.stop()
})

test('a key with another secret is refused, and says so', async () => {
  const other = open({ ...KEYS, secret: 'another' })
  await expect(other.start([BTC])).rejects.toMatchObject({ code: 'exchange_key_refused' })
  await other.stop()
})

test('an order and a stop are one request each, with our name and nothing borrowed, and nothing of a broker', async () => {
  const before = tap.heard.length
  const sent = order()
  const stop = order({
    type: 'stop_limit',
    timeInForce: 'GTC',
    side: 'sell',
    triggerPrice: '50000',
    price: '49000',
  })
  await exchange.place(sent)
  await exchange.place(stop)
  const posts = tap.heard.slice(before).filter(({ method }) => method === 'POST')
  const common = { category: 'spot', symbol: 'BTCUSDT', orderType: 'Limit', isLeverage: 0 }
  expect(posts.map(({ path, raw }) => [path, JSON.parse(raw)])).toEqual([
    [
      '/v5/order/create',
      {
        ...common,
        side: 'Buy',
        qty: sent.amount,
        price: sent.price,
        orderLinkId: sent.clientOrderId,
        orderFilter: 'Order',
        timeInForce: 'IOC',
        smpType: 'CancelTaker',
      },
    ],
    [
      '/v5/order/create',
      {
        ...common,
        side: 'Sell',
        qty: stop.amount,
        price: stop.price,
        orderLinkId: stop.clientOrderId,
        orderFilter: 'tpslOrder',
        timeInForce: 'GTC',
        triggerPrice: stop.triggerPrice,
      },
    ],
  ])
  for (const { headers } of tap.heard) expect(Object.keys(headers)).not.toContain('referer')
  await canceled(venue, stop)
})
