// Of a coin that is worth little an account may hold more, and a market may turn over more, than one order can name.
import { expect, test } from 'vitest'
import type { MarketQuestions } from './adapter/dialect.ts'
import { binanceAccount } from './binance/account.ts'
import { binanceMarket } from './binance/market.ts'
import { bybitAccount } from './bybit/account.ts'
import { bybitMarket } from './bybit/market.ts'
import { okxAccount } from './okx/account.ts'
import { okxMarket } from './okx/market.ts'

const MUCH = '41592653589793.25'
const KNOWN = new Set(['BTTC'])

const balances = [
  [
    'binance',
    binanceAccount,
    { balances: [{ asset: 'BTTC', free: MUCH, locked: '2000000000000' }] },
  ],
  [
    'okx',
    okxAccount,
    {
      code: '0',
      data: [{ details: [{ ccy: 'BTTC', availBal: MUCH, frozenBal: '2000000000000', liab: '' }] }],
    },
  ],
  [
    'bybit',
    bybitAccount,
    {
      retCode: 0,
      result: {
        list: [
          {
            accountType: 'UNIFIED',
            coin: [{ coin: 'BTTC', walletBalance: '43592653589793.25', locked: '2000000000000' }],
          },
        ],
      },
    },
  ],
] as const

test.each(balances)('%s: a balance of many trillion is read', (_, dialect, body) => {
  expect(dialect.balances(KNOWN).read(body)).toEqual([
    { currency: 'BTTC', free: MUCH, used: '2000000000000' },
  ])
})

const turnovers: readonly (readonly [string, MarketQuestions, unknown])[] = [
  ['binance', binanceMarket, [{ symbol: 'BTCIDR', quoteVolume: MUCH }]],
  [
    'okx',
    okxMarket,
    { code: '0', data: [{ instId: 'BTCIDR', bidPx: '1', askPx: '2', volCcy24h: MUCH }] },
  ],
  [
    'bybit',
    bybitMarket,
    {
      retCode: 0,
      result: {
        list: [{ symbol: 'BTCIDR', bid1Price: '1', ask1Price: '2', turnover24h: MUCH }],
      },
    },
  ],
]

test.each(turnovers)('%s: a turnover of many trillion is read', (_, { volumes }, body) => {
  const market = { id: 'BTCIDR', symbol: 'BTC/IDR' } as never
  expect(volumes.ask([market]).read(body)).toMatchObject([{ id: 'BTCIDR', volume: MUCH }])
})
