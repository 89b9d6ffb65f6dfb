// What is known of each trade: its purchase, the stop that protects it, what was sold of it. One message shows it.
import type { TradeStory } from '../texts/trade.ts'
import type { Store } from './open.ts'

export interface Trade {
  readonly id: number
  readonly device: string
  readonly stream: string
  readonly market: string
  /** The row of the message that shows it. */
  readonly message: number
  readonly story: TradeStory
}

type Place = Pick<Trade, 'device' | 'stream' | 'market'>

/** The newest of the position. */
export function findTrade(store: Store, { device, stream, market }: Place): Trade | null {
  const row = store
    .prepare(
      'SELECT * FROM trade WHERE device = ? AND stream = ? AND market = ? ORDER BY id DESC LIMIT 1',
    )
    .get(device, stream, market)
  if (row === undefined) return null
  return {
    id: Number(row['id']),
    device,
    stream,
    market,
    message: Number(row['message']),
    story: JSON.parse(String(row['story'])) as TradeStory,
  }
}

export function insertTrade(store: Store, trade: Omit<Trade, 'id'>): void {
  const { device, stream, market, message, story } = trade
  store
    .prepare('INSERT INTO trade (device, stream, market, message, story) VALUES (?, ?, ?, ?, ?)')
    .run(device, stream, market, message, JSON.stringify(story))
}

export function updateTrade(store: Store, { id, message, story }: Trade): void {
  store
    .prepare('UPDATE trade SET message = ?, story = ? WHERE id = ?')
    .run(message, JSON.stringify(story), id)
}
