// Ten kinds of what somebody else may do with the account, each told within a minute, and what this device does itself never.
import { toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'
import type { Balance, ExchangeOrder, OrderRequest } from '../model/exchange.ts'

const MINUTE = 60_000
const DOGE = 'DOGEUSDT'

/** What somebody else has done to the account, beside the device. */
class Elsewhere {
  readonly moved = new Map<string, Big>()
  readonly open: ExchangeOrder[] = []
  unread = 0
  /** BTC. */
  owed: string | undefined

  constructor(executor: TestExecutor) {
    const { exchange } = executor
    const balances = exchange.refreshBalances.bind(exchange)
    exchange.refreshBalances = async () => {
      const own = await balances()
      return { ok: true, value: this.#with(own.value) }
    }
    const openOrders = exchange.openOrders.bind(exchange)
    exchange.openOrders = async (market) => {
      const own = await openOrders(market)
      if (!own.ok || market !== null) return own
      return { ok: true, value: [...own.value, ...this.open], unread: this.unread }
    }
  }

  move(coin: string, by: string): void {
    this.moved.set(coin, (this.moved.get(coin) ?? new Big(0)).plus(by))
  }

  #with(own: Balance[]): Balance[] {
    const coins = new Set([...own.map(({ currency }) => currency), ...this.moved.keys()])
    return [...coins].map((currency) => {
      const { free = '0', used = '0' } = own.find((one) => one.currency === currency) ?? {}
      const owes = currency === 'BTC' && this.owed !== undefined ? { borrowed: this.owed } : {}
      const total = toDecimal(new Big(free).plus(this.moved.get(currency) ?? 0))
      return { currency, free: total, used, ...owes }
    })
  }
}

let executor: TestExecutor
let elsewhere: Elsewhere
beforeEach(async () => {
  executor = new TestExecutor()
  elsewhere = new Elsewhere(executor)
  elsewhere.move('SHIB', '1000000')
  elsewhere.move('BNB', '0.5')
  await executor.clock.advance(MINUTE)
})
afterEach(() => executor.close())

interface Told {
  readonly level: string
  readonly code: string
  readonly message: string
}

function told(): readonly Told[] {
  return executor.reports.flatMap(({ event }) =>
    event.type === 'notice' && event.code.startsWith('unexpected') ? [event] : [],
  )
}

/** In the form of an order at the exchange's site. */
async function byHand(change: Partial<OrderRequest>): Promise<void> {
  const { exchange } = executor
  const { mode } = exchange
  exchange.mode = change.timeInForce === 'GTC' ? 'rests' : 'fills'
  await exchange.place({
    clientOrderId: `web_${exchange.sent.length}`,
    market: 'BTC/USDT',
    side: 'buy',
    type: 'limit',
    timeInForce: 'IOC',
    amount: '0.01000',
    price: '60000',
    ...change,
  })
  exchange.mode = mode
}

interface Kind {
  readonly kind: string
  readonly act: () => void | Promise<void>
  readonly code: 'unexpected_balance' | 'unexpected_activity'
  readonly words: RegExp
  readonly level?: 'warning'
}

const KINDS: readonly Kind[] = [
  {
    kind: 'a coin bought elsewhere',
    act: () => {
      elsewhere.move('ETH', '0.5')
      elsewhere.move('USDT', '-1500')
      elsewhere.move('BNB', '-0.001')
    },
    code: 'unexpected_balance',
    words: /\(\+0\.5 ETH, -0\.001 BNB, -1500 USDT: as by .* a trade\)$/,
  },
  {
    kind: 'a sale on a market that is followed',
    act: () => byHand({ side: 'sell' }),
    code: 'unexpected_activity',
    words: /BTC\/USDT, number/,
  },
  {
    kind: 'dust converted',
    act: () => {
      elsewhere.move('SHIB', '-1000000')
      elsewhere.move('BTC', '-0.00001')
      elsewhere.move('BNB', '0.02')
    },
    code: 'unexpected_balance',
    words: /\(\+0\.02 BNB, -0\.00001 BTC, -1000000 SHIB: as by small coins that were converted/,
  },
  {
    kind: 'a deposit',
    act: () => elsewhere.move('USDT', '0.00001'),
    code: 'unexpected_balance',
    words: /\(\+0\.00001 USDT: as by a deposit/,
    level: 'warning',
  },
  {
    kind: 'a withdrawal',
    act: () => elsewhere.move('BNB', '-0.5'),
    code: 'unexpected_balance',
    words: /\(-0\.5 BNB: as by a withdrawal/,
  },
  {
    kind: 'an order by hand on a market that is followed',
    act: () => byHand({ timeInForce: 'GTC', price: '50000' }),
    code: 'unexpected_activity',
    words: /BTC\/USDT, number/,
  },
  {
    kind: 'an order on a market that no policy lists',
    act: () => {
      const order = { exchangeId: '99', clientOrderId: 'web', market: DOGE, filled: '0' }
      elsewhere.open.push({ kind: 'order', status: 'open', fills: [], ...order })
    },
    code: 'unexpected_activity',
    words: /\(DOGEUSDT 99\)$/,
  },
  {
    kind: 'a transfer to another wallet, of a coin that is held too',
    act: () => elsewhere.move('BTC', '-0.9'),
    code: 'unexpected_balance',
    words: /\(-0\.9 BTC: as by a withdrawal, or a transfer/,
  },
]

test.each(KINDS)('$kind is told once within a minute, also beside a position', async (one) => {
  const { act, code, words, level = 'error' } = one
  await executor.enter({ stopPrice: '58000' })
  await executor.clock.advance(20_000)
  expect(told()).toEqual([])
  await act()
  await executor.clock.advance(MINUTE)
  expect(told()).toEqual([{ type: 'notice', code, level, message: expect.stringMatching(words) }])
  await executor.clock.advance(MINUTE)
  executor.crash()
  await executor.clock.advance(MINUTE)
  expect(told()).toHaveLength(1)
})

test.each(['entry', 'stop'] as const)(
  'an %s of ours that is canceled by hand is told within seconds',
  async (kind) => {
    const { exchange } = executor
    if (kind === 'entry') exchange.mode = 'rests'
    await executor.enter({
      stopPrice: '58000',
      ...(kind === 'entry' && { type: 'limit', limitPrice: '59000' }),
    })
    await executor.clock.advance(5_000)
    const shown = [...exchange.orders.values()].find(({ status }) => status === 'open')
    if (shown === undefined) throw new Error('nothing is open')
    shown.status = 'canceled'
    await executor.clock.advance(5_000)
    expect(executor.told()).toContain(`${kind} canceled canceled_elsewhere`)
    expect(told()).toEqual([])
  },
)

test('what happened while the device was off is told at the next start', async () => {
  executor.stop()
  elsewhere.move('USDT', '-700')
  await executor.clock.advance(600 * MINUTE)
  executor.crash()
  await executor.clock.advance(MINUTE)
  expect(told()).toMatchObject([{ message: expect.stringContaining('(-700 USDT: ') }])
})

test('a life of its own trades tells of nothing, whatever they cost and in which coin', async () => {
  const { exchange } = executor
  const trades: [string, Partial<Parameters<TestExecutor['signal']>[0]>][] = [
    ['fills', { stopPrice: '58000' }],
    ['half', {}],
  ]
  for (const [mode, change] of trades) {
    exchange.mode = mode as 'fills'
    exchange.quoteAt = executor.clock.now()
    await executor.enter(change)
    await executor.clock.advance(40_000)
    exchange.quoteAt = executor.clock.now()
    await executor.give(executor.exit())
    await executor.clock.advance(40_000)
  }
  expect(executor.told().filter((line) => line.includes('filled')).length).toBeGreaterThan(1)
  expect(told()).toEqual([])
})

test('a view that lags, and a fill that is seen before its order has answered, are no movement', async () => {
  const { exchange } = executor
  // The balances are those of 8 s ago.
  const views: { at: number; value: Balance[] }[] = []
  const now = exchange.refreshBalances.bind(exchange)
  const keep = async () => {
    const { value } = await now()
    views.push({ at: executor.clock.now(), value })
  }
  exchange.refreshBalances = async () => {
    await keep()
    const old = views.findLast(({ at }) => at <= executor.clock.now() - 8_000) ?? views[0]
    return { ok: true, value: old?.value ?? [] }
  }
  exchange.mode = 'lost_after'
  exchange.lookups = 'silent'
  await executor.enter()
  for (let second = 0; second < 120; second += 1) {
    await keep()
    await executor.clock.advance(1_000)
    if (second === 60) exchange.lookups = 'honest'
  }
  expect(executor.told().join()).toMatch(/entry unknown.*entry filled/)
  expect(told()).toEqual([])
})

test('what nobody explains while something of ours is under way is told when that is over', async () => {
  const { exchange } = executor
  exchange.mode = 'lost_after'
  exchange.lookups = 'silent'
  await executor.enter()
  elsewhere.move('USDT', '-500')
  elsewhere.move('DOGE', '3')
  await executor.clock.advance(MINUTE)
  expect(told(), 'DOGE no order of ours can bring').toMatchObject([
    { message: expect.stringContaining('(+3 DOGE: ') },
  ])
  exchange.lookups = 'honest'
  await executor.clock.advance(MINUTE)
  expect(told().at(-1)).toMatchObject({ message: expect.stringContaining('(-500 USDT: ') })
  expect(told()).toHaveLength(2)
})

test('an order of which nobody ever hears hides nothing for longer than ten minutes, and what is told then names it', async () => {
  const { exchange } = executor
  exchange.mode = 'lost_before'
  exchange.lookups = 'silent'
  await executor.enter()
  const [order = ''] = Object.keys(executor.state().portfolio.orders)
  elsewhere.move('USDT', '-500')
  elsewhere.move('BNB', '-0.2')
  await executor.clock.advance(9 * MINUTE)
  expect(told(), 'it may be its own').toEqual([])
  await executor.clock.advance(3 * MINUTE)
  expect(told()).toMatchObject([{ code: 'unexpected_balance', level: 'error' }])
  expect(told()[0]?.message).toContain('(-0.2 BNB, -500 USDT: ')
  expect(told()[0]?.message).toMatch(new RegExp(`nobody knows the end of, ${order}\\)$`))
  await byHand({ side: 'sell' })
  await executor.clock.advance(2 * MINUTE)
  expect(told().slice(1)).toMatchObject([{ code: 'unexpected_activity' }])
  expect(told()[1]?.message).toContain(order)
})

test('an order that every list has lost hides nothing for longer either, and the account is known after a start beside it', async () => {
  const { exchange } = executor
  await executor.enter({ stopPrice: '58000' })
  await executor.clock.advance(MINUTE)
  const stop = exchange.accepted.at(-1)?.clientOrderId ?? ''
  exchange.orders.delete(stop)
  executor.crash()
  elsewhere.move('USDT', '-500')
  await executor.clock.advance(12 * MINUTE)
  expect(told()).toMatchObject([{ message: expect.stringContaining('(-500 USDT: ') }])
})

test('two questions in 25 s are all that it asks of an account where nothing happens', async () => {
  const { exchange } = executor
  let asked = 0
  const open = exchange.openOrders.bind(exchange)
  exchange.openOrders = (market) => {
    if (market === null) asked += 1
    return open(market)
  }
  await executor.clock.advance(10 * MINUTE)
  expect(asked).toBe(24)
})

test("a paper account is nobody else's, and is not looked at", async () => {
  executor.exchange.money = 'paper'
  elsewhere.move('USDT', '-700')
  await executor.clock.advance(5 * MINUTE)
  expect(told()).toEqual([])
})

/** The looks at the whole account so far, each at its time. */
function looks(of: TestExecutor): number[] {
  const at: number[] = []
  const { openOrders } = of.exchange
  of.exchange.openOrders = (market) => {
    if (market === null) at.push(of.clock.now())
    return openOrders.call(of.exchange, market)
  }
  return at
}

test('while little may be asked a look comes later, and within a minute all the same', async () => {
  const at = looks(executor)
  await executor.clock.advance(MINUTE)
  expect(at.length, 'every 25 s').toBeGreaterThanOrEqual(2)
  const before = at.length
  executor.exchange.budget = 'tight'
  await executor.clock.advance(10 * MINUTE)
  const pauses = at.slice(before).map((one, k) => one - (at[before + k - 1] ?? 0))
  expect(Math.min(...pauses.slice(1))).toBeGreaterThanOrEqual(45_000)
  expect(Math.max(...pauses)).toBeLessThanOrEqual(46_000)
})

test('one that was put off is done as soon as more may be asked', async () => {
  const at = looks(executor)
  executor.exchange.budget = 'tight'
  await executor.clock.advance(27_000)
  expect(at).toEqual([])
  executor.exchange.budget = 'free'
  await executor.clock.advance(5_000)
  expect(at).toHaveLength(1)
})

test('what happens on the account while little may be asked is told within a minute', async () => {
  executor.exchange.budget = 'tight'
  await executor.clock.advance(5_000)
  elsewhere.move('SHIB', '-1000000')
  await executor.clock.advance(MINUTE)
  expect(told().map(({ code }) => code)).toContain('unexpected_balance')
})

test('open orders that nobody can read are told once, with how many, and when all can be read again', async () => {
  elsewhere.unread = 2
  await executor.clock.advance(5 * MINUTE)
  const said = () =>
    executor.reports.flatMap(({ event }) =>
      event.type === 'notice' && event.code.startsWith('orders_') ? [event] : [],
    )
  expect(said()).toMatchObject([{ level: 'warning', code: 'orders_unread' }])
  expect(said()[0]?.message).toContain('(2)')
  elsewhere.unread = 0
  await executor.clock.advance(MINUTE)
  expect(said().map(({ code }) => code)).toEqual(['orders_unread', 'orders_read'])
})

test('coins that the account owes are told once, and when they are repaid, however the debt grows', async () => {
  const said = () =>
    executor.reports.flatMap(({ event }) =>
      event.type === 'notice' && event.code.startsWith('coins_') ? [event] : [],
    )
  elsewhere.owed = '0.25'
  await executor.clock.advance(MINUTE)
  expect(said()).toMatchObject([{ level: 'error', code: 'coins_borrowed' }])
  expect(said()[0]?.message).toContain('(0.25 BTC)')
  elsewhere.owed = '0.2500001'
  executor.crash()
  await executor.clock.advance(MINUTE)
  elsewhere.owed = undefined
  await executor.clock.advance(MINUTE)
  expect(said().map(({ code }) => code)).toEqual(['coins_borrowed', 'coins_repaid'])
})

test('a look at something that was found is not put off', async () => {
  const at = looks(executor)
  executor.exchange.budget = 'tight'
  elsewhere.move('SHIB', '-1000000')
  await executor.clock.advance(2 * MINUTE)
  expect(told().map(({ code }) => code)).toEqual(['unexpected_balance'])
  const pauses = at.slice(1).map((one, k) => one - (at[k] ?? 0))
  expect(pauses[0]).toBeLessThan(12_000)
})

test('three minutes without an answer are told once, and the next answer ends it', async () => {
  const { openOrders } = executor.exchange
  const times = (code: string) => executor.told().filter((one) => one === `notice ${code}`).length
  executor.exchange.openOrders = async (market) =>
    market === null ? { ok: false, message: 'no answer' } : openOrders(market)
  await executor.clock.advance(2 * MINUTE)
  expect(times('account_unseen')).toBe(0)
  await executor.clock.advance(3 * MINUTE)
  expect(times('account_unseen')).toBe(1)
  executor.exchange.openOrders = openOrders
  await executor.clock.advance(MINUTE)
  expect(times('account_watched')).toBe(1)
})

test('a look that never comes back is told too, and an exchange that was away is not told once more', async () => {
  const { openOrders } = executor.exchange
  const unseen = () => executor.told().filter((one) => one === 'notice account_unseen').length
  executor.exchange.openOrders = async () => ({ ok: false, message: 'no answer' })
  executor.exchange.reach = 'no'
  await executor.clock.advance(10 * MINUTE)
  executor.exchange.reach = 'yes'
  executor.exchange.openOrders = openOrders
  await executor.give(executor.head())
  await executor.clock.advance(MINUTE)
  expect(unseen()).toBe(0)
  executor.exchange.openOrders = () => new Promise(() => undefined)
  await executor.clock.advance(2 * MINUTE)
  expect(unseen()).toBe(0)
  for (let minute = 0; minute < 3; minute++) {
    await executor.clock.advance(MINUTE)
    await executor.give(executor.head())
  }
  expect(unseen()).toBe(1)
})

test('coins of a position that are gone are told within a minute, though its market is in doubt at each look', async () => {
  const { exchange, clock } = executor
  exchange.own = '0'
  exchange.coins = 'counted'
  // With answers that take two seconds a market that lacks coins is in doubt for five of each ten, and the account is looked at every ten.
  const trades = exchange.trades.bind(exchange)
  exchange.trades = async (...asked) => {
    await new Promise<void>((resolve) => clock.after(2_000, resolve))
    return trades(...asked)
  }
  await executor.enter()
  await clock.advance(MINUTE)
  const before = told().length
  for (const kept of exchange.orders.values())
    if (kept.order.side === 'sell') kept.status = 'canceled'
  elsewhere.move('BTC', '-0.00497')
  await clock.advance(MINUTE)
  expect(
    told()
      .slice(before)
      .map(({ message }) => message),
  ).toEqual([expect.stringMatching(/\(-0\.00497 BTC: /)])
})
