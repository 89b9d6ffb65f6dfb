// Questions about many markets, in as few requests as the venue allows.
import type { Batch } from './dialect.ts'
import type { MarketClient } from './market-client.ts'
import { sentence } from './reply.ts'

export interface BatchResult<M> {
  /** Why not all was answered; null when it was. */
  readonly failed: string | null
  /** Markets that the venue refuses to answer about. */
  readonly refused: readonly M[]
}

/** Called with the markets that the venue refuses to answer about. */
export type OnGone<M> = (markets: readonly M[]) => void

/** Gets each answer with the markets that it is about. */
export type Take<M, T> = (rows: readonly T[], part: readonly M[]) => void

/** As many at once as one question may name. `batch.ask` is called when its request is about to be made. */
export async function askAll<M, T>(
  client: MarketClient,
  batch: Batch<M, T>,
  markets: readonly M[],
  take: Take<M, T>,
): Promise<BatchResult<M>> {
  const refused: M[] = []
  for (let at = 0; at < markets.length; at += batch.most) {
    const asked = await askPart(client, batch, markets.slice(at, at + batch.most), take)
    if (asked.failed !== null) return asked
    refused.push(...asked.refused)
  }
  return { failed: null, refused }
}

/**
 * A venue refuses the whole question when it does not know one of the markets, and does not say which. Then about one
 * half and then the other, down to the market that is meant.
 */
async function askPart<M, T>(
  client: MarketClient,
  batch: Batch<M, T>,
  part: readonly M[],
  take: Take<M, T>,
): Promise<BatchResult<M>> {
  const reply = await client.ask(batch.ask(part))
  if (reply.got === 'answer') {
    take(reply.value, part)
    return { failed: null, refused: [] }
  }
  const { refusals } = client.dialect
  if (reply.got !== 'refusal' || !refusals.isUnknownMarket(reply.refusal))
    return { failed: sentence(reply), refused: [] }
  if (part.length === 1) return { failed: null, refused: part }
  const middle = Math.ceil(part.length / 2)
  const first = await askPart(client, batch, part.slice(0, middle), take)
  if (first.failed !== null) return first
  const second = await askPart(client, batch, part.slice(middle), take)
  return { failed: second.failed, refused: [...first.refused, ...second.refused] }
}
