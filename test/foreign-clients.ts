// Clients of each exchange that others wrote, against the sandbox that speaks its dialect: an order that waits, one that
// fills, and a stop, each with what a client asks of it.
import { createHash, randomUUID } from 'node:crypto'
import { z } from 'zod'

/** What a client is made with. */
export interface Door {
  readonly address: string
  readonly apiKey: string
  readonly secret: string
  readonly passphrase: string
}

export interface ForeignClient {
  /** In the registry of npm, exact. */
  readonly name: string
  readonly version: string
  readonly venue: 'binance' | 'bybit' | 'okx'
  /** `library`: what the package exports. What is checked, in order; a check throws where it is not so. */
  checks(library: Library, door: Door): readonly Check[]
}

export interface Check {
  readonly name: string
  run(): Promise<void>
}

type Call = (parameters?: object) => Promise<unknown>
export type Library = Readonly<Record<string, new (...options: never[]) => unknown>>

/** Of a library whose types are not here: what it answers is read by a schema. */
function open(library: Library, name: string, options: object): Record<string, Call> {
  const made = library[name]
  if (made === undefined) throw new Error(`the package has no ${name}`)
  return Reflect.construct(made, [options]) as Record<string, Call>
}

async function read<T>(
  schema: z.ZodType<T>,
  client: Record<string, Call>,
  method: string,
  parameters?: object,
) {
  const call = client[method]
  if (call === undefined) throw new Error(`the client has no ${method}`)
  return schema.parse(
    await (parameters === undefined ? call.call(client) : call.call(client, parameters)),
  )
}

function newName(): string {
  return createHash('sha256').update(randomUUID()).digest('hex').slice(0, 32)
}

/** Views may lag. */
async function soon<T>(look: () => Promise<T>): Promise<T> {
  for (let left = 20; ; left -= 1) {
    try {
      return await look()
    } catch (error) {
      if (left === 0) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

const [resting, filled, stop] = [newName(), newName(), newName()]

const binance: ForeignClient = {
  name: 'binance',
  version: '3.6.5',
  venue: 'binance',
  checks: (library, { address, apiKey, secret }) => {
    const client = open(library, 'MainClient', {
      api_key: apiKey,
      api_secret: secret,
      baseUrl: address,
      disableTimeSync: true,
    })
    const symbol = 'BTCUSDT'
    const order = (id: string, status: string) =>
      z.object({ clientOrderId: z.literal(id), status: z.literal(status) })
    const ask = <T>(schema: z.ZodType<T>, method: string, parameters?: object) =>
      read(schema, client, method, parameters)
    const byName = (id: string, status: string) =>
      ask(order(id, status), 'getOrder', { symbol, origClientOrderId: id })
    return [
      check('reads the market', () =>
        ask(
          z.object({ symbols: z.array(z.object({ symbol: z.literal(symbol) })).length(1) }),
          'getExchangeInfo',
          { symbol },
        ),
      ),
      check('places an order that waits', () =>
        ask(order(resting, 'NEW'), 'submitNewOrder', {
          symbol,
          side: 'BUY',
          type: 'LIMIT',
          timeInForce: 'GTC',
          quantity: 0.001,
          price: 50_000,
          newClientOrderId: resting,
          newOrderRespType: 'FULL',
        }),
      ),
      check('finds it by its name', () => byName(resting, 'NEW')),
      check('lists it as open', () =>
        ask(z.array(order(resting, 'NEW')).length(1), 'getOpenOrders', { symbol }),
      ),
      check('cancels it by its name', () =>
        ask(
          z.object({ origClientOrderId: z.literal(resting), status: z.literal('CANCELED') }),
          'cancelOrder',
          { symbol, origClientOrderId: resting },
        ),
      ),
      check('buys at once', () =>
        ask(order(filled, 'FILLED'), 'submitNewOrder', {
          symbol,
          side: 'BUY',
          type: 'LIMIT',
          timeInForce: 'IOC',
          quantity: 0.001,
          price: 61_000,
          newClientOrderId: filled,
          newOrderRespType: 'FULL',
        }),
      ),
      check('lists its trades', () =>
        ask(
          z.array(z.object({ commissionAsset: z.literal('BTC'), isBuyer: z.literal(true) })).min(1),
          'getAccountTradeList',
          { symbol, ...lastHour('startTime', 'endTime') },
        ),
      ),
      check('places a stop', () =>
        ask(z.object({ clientOrderId: z.literal(stop) }), 'submitNewOrder', {
          symbol,
          side: 'SELL',
          type: 'STOP_LOSS_LIMIT',
          timeInForce: 'GTC',
          quantity: 0.0009,
          price: 50_000,
          stopPrice: 51_000,
          newClientOrderId: stop,
        }),
      ),
      check('finds the stop and cancels it', async () => {
        await byName(stop, 'NEW')
        await ask(z.object({ status: z.literal('CANCELED') }), 'cancelOrder', {
          symbol,
          origClientOrderId: stop,
        })
      }),
      check('reads balances and the rights of the key', async () => {
        await ask(
          z.object({ balances: z.array(z.object({ asset: z.string(), free: z.string() })).min(1) }),
          'getAccountInformation',
        )
        await ask(z.object({ enableWithdrawals: z.literal(false) }), 'getApiKeyPermissions')
      }),
    ]
  },
}

const okx: ForeignClient = {
  name: 'okx-api',
  version: '3.2.3',
  venue: 'okx',
  checks: (library, { address, apiKey, secret, passphrase }) => {
    const client = open(library, 'RestClient', {
      apiKey,
      apiSecret: secret,
      apiPass: passphrase,
      baseUrl: address,
    })
    const instId = 'BTC-USDT'
    const ask = <T>(schema: z.ZodType<T>, method: string, parameters?: object) =>
      read(z.array(schema).min(1), client, method, parameters)
    const receipt = (id: string) => z.object({ clOrdId: z.literal(id), sCode: z.literal('0') })
    const state = (id: string, word: string) =>
      z.object({ clOrdId: z.literal(id), state: z.literal(word) })
    const stopState = (word: string) =>
      z.object({ algoClOrdId: z.literal(stop), state: z.literal(word) })
    const limit = { instId, tdMode: 'cash', sz: '0.001' }
    return [
      check('reads the market', () =>
        ask(z.object({ instId: z.literal(instId), tickSz: z.string() }), 'getInstruments', {
          instType: 'SPOT',
          instId,
        }),
      ),
      check('places an order that waits', () =>
        ask(receipt(resting), 'submitOrder', {
          ...limit,
          side: 'buy',
          ordType: 'limit',
          px: '50000',
          clOrdId: resting,
        }),
      ),
      check('finds it by its name', () =>
        soon(() => ask(state(resting, 'live'), 'getOrderDetails', { instId, clOrdId: resting })),
      ),
      check('lists it as open', () =>
        ask(state(resting, 'live'), 'getOrderList', { instType: 'SPOT', instId }),
      ),
      check('cancels it by its name', async () => {
        await ask(receipt(resting), 'cancelOrder', { instId, clOrdId: resting })
        await soon(() =>
          ask(state(resting, 'canceled'), 'getOrderDetails', { instId, clOrdId: resting }),
        )
      }),
      check('buys at once', async () => {
        await ask(receipt(filled), 'submitOrder', {
          ...limit,
          side: 'buy',
          ordType: 'ioc',
          px: '61000',
          clOrdId: filled,
        })
        await soon(() =>
          ask(state(filled, 'filled'), 'getOrderDetails', { instId, clOrdId: filled }),
        )
      }),
      check('lists its trades', () =>
        soon(() =>
          ask(
            z.object({
              clOrdId: z.literal(filled),
              feeCcy: z.literal('BTC'),
              fee: z.string().startsWith('-'),
            }),
            'getFills',
            { instType: 'SPOT', instId, ...lastHour('begin', 'end') },
          ),
        ),
      ),
      check('places a stop', () =>
        ask(z.object({ algoClOrdId: z.literal(stop), sCode: z.literal('0') }), 'placeAlgoOrder', {
          instId,
          tdMode: 'cash',
          side: 'sell',
          ordType: 'conditional',
          sz: '0.0009',
          slTriggerPx: '51000',
          slOrdPx: '50000',
          slTriggerPxType: 'last',
          algoClOrdId: stop,
        }),
      ),
      check('finds the stop and cancels it', async () => {
        const found = await soon(() =>
          ask(stopState('live').extend({ algoId: z.string() }), 'getAlgoOrderDetails', {
            algoClOrdId: stop,
          }),
        )
        await soon(() =>
          ask(stopState('live'), 'getAlgoOrderList', { instType: 'SPOT', ordType: 'conditional' }),
        )
        await ask(z.object({ sCode: z.literal('0') }), 'cancelAlgoOrder', [
          { instId, algoId: found[0]?.algoId },
        ])
        await soon(() => ask(stopState('canceled'), 'getAlgoOrderDetails', { algoClOrdId: stop }))
      }),
      check('reads balances and the rights of the key', async () => {
        await ask(
          z.object({
            details: z.array(z.object({ ccy: z.string(), availBal: z.string() })).min(1),
          }),
          'getBalance',
        )
        await ask(z.object({ perm: z.string(), acctLv: z.literal('1') }), 'getAccountConfiguration')
      }),
    ]
  },
}

const bybit: ForeignClient = {
  name: 'bybit-api',
  version: '4.7.7',
  venue: 'bybit',
  checks: (library, { address, apiKey, secret }) => {
    const client = open(library, 'RestClientV5', {
      key: apiKey,
      secret,
      baseUrl: address,
      parseAPIRateLimits: false,
    })
    const [category, symbol] = ['spot', 'BTCUSDT']
    const where = { category, symbol }
    const ask = <T>(schema: z.ZodType<T>, method: string, parameters?: object) =>
      read(z.object({ retCode: z.literal(0), result: schema }), client, method, parameters)
    const rows = <T>(schema: z.ZodType<T>) => z.object({ list: z.array(schema).min(1) })
    const state = (id: string, word: string) =>
      z.object({ orderLinkId: z.literal(id), orderStatus: z.literal(word) })
    const receipt = (id: string) => z.object({ orderLinkId: z.literal(id), orderId: z.string() })
    const limit = { ...where, orderType: 'Limit', qty: '0.001' }
    const over = (id: string, word: string) =>
      soon(() => ask(rows(state(id, word)), 'getHistoricOrders', { category, orderLinkId: id }))
    return [
      check('reads the market', () =>
        ask(rows(z.object({ symbol: z.literal(symbol) })), 'getInstrumentsInfo', where),
      ),
      check('places an order that waits', () =>
        ask(receipt(resting), 'submitOrder', {
          ...limit,
          side: 'Buy',
          price: '50000',
          timeInForce: 'GTC',
          orderLinkId: resting,
        }),
      ),
      check('finds it by its name', () =>
        soon(() =>
          ask(rows(state(resting, 'New')), 'getActiveOrders', { category, orderLinkId: resting }),
        ),
      ),
      check('lists it as open', () => ask(rows(state(resting, 'New')), 'getActiveOrders', where)),
      check('cancels it by its name', async () => {
        await ask(receipt(resting), 'cancelOrder', { ...where, orderLinkId: resting })
        await over(resting, 'Cancelled')
      }),
      check('buys at once', async () => {
        await ask(receipt(filled), 'submitOrder', {
          ...limit,
          side: 'Buy',
          price: '61000',
          timeInForce: 'IOC',
          orderLinkId: filled,
        })
        await over(filled, 'Filled')
      }),
      check('lists its trades', () =>
        soon(() =>
          ask(
            rows(z.object({ orderLinkId: z.literal(filled), feeCurrency: z.literal('BTC') })),
            'getExecutionList',
            { ...where, ...lastHour('startTime', 'endTime') },
          ),
        ),
      ),
      check('places a stop', () =>
        ask(receipt(stop), 'submitOrder', {
          ...where,
          side: 'Sell',
          orderType: 'Limit',
          qty: '0.0009',
          price: '50000',
          triggerPrice: '51000',
          orderFilter: 'tpslOrder',
          timeInForce: 'GTC',
          orderLinkId: stop,
        }),
      ),
      check('finds the stop and cancels it', async () => {
        await soon(() =>
          ask(rows(state(stop, 'Untriggered')), 'getActiveOrders', { category, orderLinkId: stop }),
        )
        await ask(receipt(stop), 'cancelOrder', {
          ...where,
          orderLinkId: stop,
          orderFilter: 'tpslOrder',
        })
        await over(stop, 'Deactivated').catch(() => over(stop, 'Cancelled'))
      }),
      check('reads balances and the rights of the key', async () => {
        await ask(rows(z.object({ accountType: z.literal('UNIFIED') })), 'getWalletBalance', {
          accountType: 'UNIFIED',
        })
        await ask(
          z.object({ permissions: z.record(z.string(), z.array(z.string())) }),
          'getQueryApiKey',
        )
      }),
    ]
  },
}

export const FOREIGN_CLIENTS: readonly ForeignClient[] = [binance, bybit, okx]

function check(name: string, run: () => Promise<unknown>): Check {
  return {
    name,
    run: async () => {
      await run()
    },
  }
}

/** Until now, by the names that the exchange has for both ends, Unix ms. */
function lastHour(since: string, until: string): Readonly<Record<string, string>> {
  const now = Date.now()
  return { [since]: String(now - 3_600_000), [until]: String(now) }
}
