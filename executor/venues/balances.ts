// What the account holds.
import { KeysideError } from '@keyside/runtime'
import { z } from 'zod'
import type { Balance } from '../core/model/exchange.ts'
import { accountAnswer, balanceAnswer } from './answers.ts'
import type { Line } from './line.ts'
import { type Reply, sentence, unreachable } from './reply.ts'

export type Balances =
  | { readonly got: 'answer'; readonly body: readonly Balance[] }
  | Exclude<Reply, { got: 'answer' }>

const UNREADABLE = {
  got: 'no proof',
  message: 'the exchange did not say what the account holds',
} as const

const named = z.object({ asset: z.string() })

/** Of `currencies` every row has to be readable: a coin that is left out would look as if it were sold. */
export async function askBalances(line: Line, currencies: ReadonlySet<string>): Promise<Balances> {
  const reply = await line.ask((api) => api.privateGetAccount({ omitZeroBalances: 'true' }))
  if (reply.got !== 'answer') return reply
  const read = accountAnswer.safeParse(reply.body)
  if (!read.success) return UNREADABLE
  const body: Balance[] = []
  for (const row of read.data.balances) {
    const { data } = balanceAnswer.safeParse(row)
    if (data !== undefined) body.push({ currency: data.asset, free: data.free, used: data.locked })
    else if (!isOther(row, currencies)) return UNREADABLE
  }
  return { got: 'answer', body }
}

/** Exchanges also list coins by the million million, which no amount here can say. */
function isOther(row: unknown, currencies: ReadonlySet<string>): boolean {
  const { data } = named.safeParse(row)
  return data !== undefined && !currencies.has(data.asset)
}

/** The account is the first thing asked for with the key: a refusal is about the key. */
export function orThrow(reply: Balances): void {
  if (reply.got === 'answer') return
  if (reply.got === 'no proof' || reply.got === 'limited') throw unreachable(sentence(reply))
  throw new KeysideError(
    'exchange_key_refused',
    `${sentence(reply)}: look at the key and its IP list at the exchange, then run "keyside keys check"`,
  )
}
