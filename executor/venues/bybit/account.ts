// What Bybit says of an account: what is on it, whether it may borrow, and what the key may do.
import { toTotal } from '@keyside/protocol'
import Big from 'big.js'
import { z } from 'zod'
import type { Balance, KeyRights } from '../../core/model/exchange.ts'
import type { AccountQuestions } from '../adapter/dialect.ts'
import { RowReader } from '../adapter/row-reader.ts'
import { atLeastNothing, orNone, signedTotal, yesOrNo } from '../adapter/text-fields.ts'
import { get, result, rows, whole } from './answers.ts'

const walletRow = z.object({ accountType: z.literal('UNIFIED'), coin: z.array(z.unknown()) })
const coins = new RowReader((body) => rows.one(walletRow)(body)?.coin ?? null)

const signedOrNone = orNone(signedTotal)

/** Coins that are borrowed count among those of the wallet. A coin of which there is none has no row. */
const coinRow = z
  .object({
    coin: z.string(),
    walletBalance: signedOrNone,
    locked: signedOrNone,
    spotBorrow: signedOrNone.default('0'),
    borrowAmount: signedOrNone.default('0'),
  })
  .transform(({ coin: currency, walletBalance, locked, spotBorrow, borrowAmount }): Balance => {
    const free = new Big(walletBalance).minus(spotBorrow).minus(locked)
    const amounts = { free: atLeastNothing(free), used: atLeastNothing(new Big(locked)) }
    // All loans, those for spot alone, or what a wallet is below nothing: they are told each by its own.
    const owed = [borrowAmount, spotBorrow, new Big(walletBalance).times(-1)]
    const borrowed = owed.map((one) => new Big(one)).reduce((a, b) => (a.gt(b) ? a : b))
    return { currency, ...amounts, ...(borrowed.gt(0) && { borrowed: toTotal(borrowed) }) }
  })

const list = z.array(z.string()).optional()

/** A list that is missing is unknown, never empty. One that is bound to no address has a star there, or nothing. */
const key = z
  .object({
    readOnly: whole,
    permissions: z.object({ Spot: list, Wallet: list }),
    ips: list,
    createdAt: z.string().optional(),
    expiredAt: z.string().optional(),
  })
  .transform(({ readOnly, permissions: { Spot, Wallet }, ips, ...key }): KeyRights => {
    const created = Date.parse(key.createdAt ?? '')
    // A moment that never comes is at the beginning of time.
    const expires = Date.parse(key.expiredAt ?? '')
    const right = (rights: readonly string[] | undefined, names: RegExp) =>
      yesOrNo(readOnly !== 1 && rights?.some((one) => names.test(one)))
    return {
      trade: right(Spot, /^SpotTrade$/),
      withdraw: right(Wallet, /^Withdraw$/),
      transfer: right(Wallet, /Transfer$/),
      ipList: yesOrNo(ips && !ips.includes('*') && ips.some((one) => one !== '')),
      ...(created > 0 && { created }),
      ...(expires > 0 && { expires }),
    }
  })

/** What is not said, or not known, may borrow. Of the kinds of accounts the classic one has other endpoints. */
const kindOfAccount = z
  .object({ unifiedMarginStatus: whole.pipe(z.literal([3, 4, 5, 6])) })
  .transform((): Borrowing => 'never')
  .catch('may')
const spotMargin = z
  .object({ spotMarginMode: z.string() })
  .transform((said): Borrowing => (said.spotMarginMode === '0' ? 'never' : 'may'))

type Borrowing = 'never' | 'may'

export const bybitAccount: AccountQuestions = {
  balances: (currencies) =>
    get(
      'privateGetV5AccountWalletBalance',
      { accountType: 'UNIFIED' },
      coins.balances(coinRow, 'coin', currencies),
    ),

  keyRights: () => ({ method: 'privateGetV5UserQueryApi', params: {}, read: result.one(key) }),

  borrowing: () => [
    { method: 'privateGetV5AccountInfo', params: {}, read: result.one(kindOfAccount) },
    { method: 'privateGetV5SpotMarginTradeState', params: {}, read: result.one(spotMargin) },
  ],
}
