// OKX's dialect and an unmodified ccxt against the sandbox, whose views lag, over a wire that is listened to.
import { okxDialect } from '@keyside/sandbox'
import { expect, test } from 'vitest'
import { BALANCES, openSandbox, sandboxContract } from '../testing/sandbox-venue.ts'
import { order } from '../testing/steps.ts'
import { okx } from './dialect.ts'

const KEYS = { apiKey: 'CanaryApiKey', secret: 'CanarySecret', passphrase: 'CanaryPassphrase' }
const BTC = 'BTC/USDT'
const LAG_MS = 75

const { tap, exchange, venue, open } = await openSandbox({
  // As long as the sandbox lets its views lag, and no longer.
  dialect: { ...okx, viewLagMs: 4 * LAG_MS },
  keys: KEYS,
  accounts: [
    {
      name: 'borrower',
      apiKey: 'borrower',
      passphrase: KEYS.passphrase,
      credential: { secret: KEYS.secret },
      balances: BALANCES,
      rights: { enableMargin: true },
    },
  ],
  sandbox: { dialect: okxDialect({ lagMs: LAG_MS }) },
})

test.for(sandboxContract(null))('$name', ({ run }) => run(venue))

test('an account that may borrow is refused before anything is ordered', async () => {
  const other = open({ ...KEYS, apiKey: 'borrower' })
  await expect(other.start([BTC])).rejects.toMatchObject({ code: 'exchange_account_borrows' })
  await other.stop()
})

test('a key of another passphrase is refused, and says so', async () => {
  const other = open({ ...KEYS, passphrase: 'another' })
  await expect(other.start([BTC])).rejects.toMatchObject({ code: 'exchange_key_refused' })
  await other.stop()
})

test("an order is one request with the account's own coins, our name and nothing of a broker", async () => {
  const before = tap.heard.length
  const sent = order()
  await exchange.place(sent)
  const posts = tap.heard.slice(before).filter(({ method }) => method === 'POST')
  expect(posts.map(({ path, raw }) => [path, JSON.parse(raw)])).toEqual([
    [
      '/api/v5/trade/order',
      {
        instId: 'BTC-USDT',
        tdMode: 'cash',
        clOrdId: sent.clientOrderId,
        side: 'buy',
        ordType: 'ioc',
        sz: sent.amount,
        px: sent.price,
        stpMode: 'cancel_taker',
      },
    ],
  ])
})
