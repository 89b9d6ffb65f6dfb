// Nothing is traded with borrowed money: where an account's settings say that it may borrow, it is refused at the start, and looked at with the key.
import { KeysideError } from '@keyside/runtime'
import type { Answered } from '../../core/model/exchange.ts'
import { unreachable } from './reply.ts'
import type { RestClient } from './rest-client.ts'

/** Rejects with `exchange_account_borrows`, or `exchange_unreachable` where the venue does not say. */
export async function refuseBorrowing(client: RestClient): Promise<void> {
  const answer = await askWhetherItBorrows(client)
  if (!answer.ok) throw unreachable(answer.message)
  if (answer.value !== 'yes') return
  throw new KeysideError(
    'exchange_account_borrows',
    `the account at ${client.dialect.name} may borrow: set it to spot trading without borrowing at the exchange, then start again`,
  )
}

/** `never`: accounts of this venue do not. */
export async function askWhetherItBorrows(
  client: RestClient,
): Promise<Answered<'yes' | 'no' | 'never'>> {
  const questions = client.dialect.borrowing?.()
  if (questions === undefined) return { ok: true, value: 'never' }
  for (const question of questions) {
    const answer = await client.answer(question)
    if (!answer.ok) return answer
    if (answer.value === 'may') return { ok: true, value: 'yes' }
  }
  return { ok: true, value: 'no' }
}
