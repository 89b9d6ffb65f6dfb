// What Binance says of an account, and of what the key may do.
import { z } from 'zod'
import type { KeyRights } from '../../core/model/exchange.ts'
import type { AccountQuestions } from '../adapter/dialect.ts'
import { RowReader } from '../adapter/row-reader.ts'
import { fields, total, yesOrNo } from '../adapter/text-fields.ts'
import { single } from './answers.ts'

const account = z.object({ balances: z.array(z.unknown()) })
const coins = new RowReader((body) => single.one(account)(body)?.balances ?? null)

const coinRow = fields({
  currency: ['asset', z.string()],
  free: ['free', total],
  used: ['locked', total],
})

const key = z
  .object({
    enableSpotAndMarginTrading: z.boolean().optional(),
    enableWithdrawals: z.boolean().optional(),
    enableInternalTransfer: z.boolean().optional(),
    permitsUniversalTransfer: z.boolean().optional(),
    ipRestrict: z.boolean().optional(),
    createTime: z.int().optional(),
    tradingAuthorityExpirationTime: z.int().optional(),
  })
  .refine((told) => Object.values(told).length > 0, 'nothing is told of the key')
  .transform(
    ({ createTime: created, tradingAuthorityExpirationTime: expires, ...may }): KeyRights => {
      const transfers = [may.enableInternalTransfer, may.permitsUniversalTransfer]
      // Either way is one; only both together say that there is none.
      const told = transfers.includes(undefined) ? undefined : false
      return {
        trade: yesOrNo(may.enableSpotAndMarginTrading),
        withdraw: yesOrNo(may.enableWithdrawals),
        transfer: yesOrNo(transfers.includes(true) || told),
        ipList: yesOrNo(may.ipRestrict),
        ...(created !== undefined && { created }),
        ...(expires !== undefined && { expires }),
      }
    },
  )

export const binanceAccount: AccountQuestions = {
  balances: (currencies) => ({
    method: 'privateGetAccount',
    params: { omitZeroBalances: 'true' },
    read: coins.balances(coinRow, 'asset', currencies),
  }),

  keyRights: () => ({ method: 'sapiGetAccountApiRestrictions', params: {}, read: single.one(key) }),
}
