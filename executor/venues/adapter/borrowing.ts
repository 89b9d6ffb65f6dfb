// Nothing is traded with borrowed money: where an account's settings say that it may borrow, it is refused at the start.
import { KeysideError } from '@keyside/runtime'
import { unreachable } from './reply.ts'
import type { RestClient } from './rest-client.ts'

/** Rejects with `exchange_account_borrows`, or `exchange_unreachable` where the venue does not say. */
export async function refuseBorrowing(client: RestClient): Promise<void> {
  const { borrowing, name } = client.dialect
  for (const question of borrowing?.() ?? []) {
    const answer = await client.answer(question)
    if (!answer.ok) throw unreachable(answer.message)
    if (answer.value === 'never') continue
    throw new KeysideError(
      'exchange_account_borrows',
      `the account at ${name} may borrow: set it to spot trading without borrowing at the exchange, then start again`,
    )
  }
}
