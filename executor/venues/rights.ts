// What an API key may do. A field that is missing is unknown, never "no".

import type { Answered } from '../core/model/exchange.ts'
import { rightsAnswer } from './answers.ts'
import type { Line } from './line.ts'
import type { KeyRights } from './port.ts'
import { sentence } from './reply.ts'

type Right = KeyRights['trade']

export async function keyRights(line: Line): Promise<Answered<KeyRights>> {
  const reply = await line.ask((api) => api.sapiGetAccountApiRestrictions())
  if (reply.got === 'refusal')
    return { ok: false, code: 'exchange_key_refused', message: sentence(reply) }
  if (reply.got !== 'answer') return { ok: false, message: sentence(reply) }
  return readRights(reply.body)
}

export function readRights(body: unknown): Answered<KeyRights> {
  const read = rightsAnswer.safeParse(body)
  if (!read.success) return { ok: false, message: "the key's rights cannot be read" }
  const { createTime, tradingAuthorityExpirationTime, ...flags } = read.data
  return {
    ok: true,
    value: {
      trade: right(flags.enableSpotAndMarginTrading),
      withdraw: right(flags.enableWithdrawals),
      transfer: either(right(flags.enableInternalTransfer), right(flags.permitsUniversalTransfer)),
      ipList: right(flags.ipRestrict),
      ...(createTime === undefined ? {} : { created: createTime }),
      ...(tradingAuthorityExpirationTime === undefined
        ? {}
        : { expires: tradingAuthorityExpirationTime }),
    },
  }
}

function right(flag: boolean | undefined): Right {
  if (flag === undefined) return 'unknown'
  return flag ? 'yes' : 'no'
}

function either(a: Right, b: Right): Right {
  if (a === 'yes' || b === 'yes') return 'yes'
  return a === 'no' && b === 'no' ? 'no' : 'unknown'
}
