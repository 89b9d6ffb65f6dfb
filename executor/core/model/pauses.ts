// Streams and markets that take no entries for a while, because the trader said so.
import type { Order } from './order.ts'

export interface Pause {
  readonly of: 'stream' | 'market'
  /** `<provider>/<stream>`, or a market. */
  readonly name: string
  /** Unix ms; 0 until it is ended. */
  readonly until: number
}

export function pauseKey({ of, name }: Pick<Pause, 'of' | 'name'>): string {
  return `${of} ${name}`
}

/** What keeps an order out that would enter; null for nothing. */
export function pauseOn(
  { pauses }: { readonly pauses: Readonly<Record<string, Pause>> },
  { stream, intent, mapping }: Pick<Order, 'stream' | 'intent' | 'mapping'>,
): Pause | null {
  const ofMarket = (market: string) => pauses[pauseKey({ of: 'market', name: market })]
  return (
    pauses[pauseKey({ of: 'stream', name: stream })] ??
    ofMarket(intent.market) ??
    (mapping && ofMarket(mapping.market)) ??
    null
  )
}
