// What OKX says of an account: what is on it, whether it may borrow, and what the key may do.
import { z } from 'zod'
import { isZero } from '../../core/model/decimals.ts'
import type { Balance, KeyRights } from '../../core/model/exchange.ts'
import type { AccountQuestions } from '../adapter/dialect.ts'
import { RowReader } from '../adapter/row-reader.ts'
import { fields, totalOrNone, yesOrNo } from '../adapter/text-fields.ts'
import { rows } from './answers.ts'

const accountRow = z.object({ details: z.array(z.unknown()) })
const coins = new RowReader((body) => rows.one(accountRow)(body)?.details ?? null)

const coinRow = fields({
  currency: ['ccy', z.string()],
  free: ['availBal', totalOrNone],
  used: ['frozenBal', totalOrNone],
  owed: ['liab', totalOrNone.default('0')],
}).transform(({ owed, ...row }): Balance => ({ ...row, ...(!isZero(owed) && { borrowed: owed }) }))

const configRow = z.object({
  acctLv: z.string(),
  autoLoan: z.boolean().optional(),
  enableSpotBorrow: z.boolean().optional(),
  perm: z.string().optional(),
  ip: z.string().optional(),
})

/** A list that is missing is unknown, never empty. It says nothing of transfers: a key that may trade may move coins within the account. */
const rightsRow = configRow.transform(({ perm, ip }): KeyRights => {
  const names = perm?.split(',')
  return {
    trade: yesOrNo(names?.includes('trade')),
    withdraw: yesOrNo(names?.includes('withdraw')),
    transfer: 'unknown',
    ipList: yesOrNo(ip === undefined ? undefined : ip !== ''),
  }
})

/** Spot alone, in the venue's numbers of account modes. */
const SPOT_MODE = '1'

/** What is not said, or not known, may borrow. */
const borrowingRow = configRow.transform(({ acctLv, autoLoan, enableSpotBorrow }) =>
  acctLv === SPOT_MODE && autoLoan !== true && enableSpotBorrow !== true ? 'never' : 'may',
)

export const okxAccount: AccountQuestions = {
  balances: (currencies) => ({
    method: 'privateGetAccountBalance',
    params: {},
    read: coins.balances(coinRow, 'ccy', currencies),
  }),

  keyRights: () => ({
    method: 'privateGetAccountConfig',
    params: {},
    read: rows.one(rightsRow),
  }),

  borrowing: () => [
    { method: 'privateGetAccountConfig', params: {}, read: rows.one(borrowingRow) },
  ],
}
