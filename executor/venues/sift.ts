// One question about many markets: the venue refuses the whole of it when it does not know one of them.
import { type Reply, sentence } from './reply.ts'

export interface Sifted<Market> {
  /** Why not all was answered; null when it was. */
  readonly failed: string | null
  /** Those that the exchange refuses to speak of. */
  readonly refused: readonly Market[]
}

/** Told of those that the exchange refuses to speak of. */
export type Lose<Market> = (markets: readonly Market[]) => void

/** "Invalid symbol.", and what is said of characters that no symbol has. */
const BAD_SYMBOL = -1121
const REQUEST_ISSUES = { from: -1199, to: -1100 }

/** Whether a question was refused for what it names, and not for who asks or how often. */
export function isForItsMarkets(reply: Reply): boolean {
  if (reply.got !== 'refusal') return false
  const { code } = reply
  return code === BAD_SYMBOL || (code >= REQUEST_ISSUES.from && code <= REQUEST_ISSUES.to)
}

/**
 * Asks about all at once. When that is refused for a market, about one half and then the other, down to the market that
 * is meant: the refusal does not say which. `take` gets each answer with the markets that it is about.
 */
export async function sift<Market>(
  markets: readonly Market[],
  ask: (part: readonly Market[]) => Promise<Reply>,
  take: (body: unknown, part: readonly Market[]) => 'read' | 'unreadable',
): Promise<Sifted<Market>> {
  if (markets.length === 0) return { failed: null, refused: [] }
  const reply = await ask(markets)
  if (reply.got === 'answer') {
    const failed =
      take(reply.body, markets) === 'read' ? null : "the exchange's list cannot be read"
    return { failed, refused: [] }
  }
  if (!isForItsMarkets(reply)) return { failed: sentence(reply), refused: [] }
  if (markets.length === 1) return { failed: null, refused: markets }
  const middle = Math.ceil(markets.length / 2)
  const first = await sift(markets.slice(0, middle), ask, take)
  if (first.failed !== null) return first
  const second = await sift(markets.slice(middle), ask, take)
  return { failed: second.failed, refused: [...first.refused, ...second.refused] }
}
