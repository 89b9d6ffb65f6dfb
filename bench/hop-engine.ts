// The engine as its own process, with the real strategies, outbox and link, and candles that the bench closes.
import {
  createLog,
  keysideHome,
  loadConfig,
  logTrace,
  systemClock,
  systemRandomBytes,
} from '@keyside/runtime'
import { engineConfig } from '../strategy-engine/config.ts'
import { runEngine } from '../strategy-engine/engine.ts'
import type { Candle } from '../strategy-engine/market/candle.ts'
import type { Feed, Subscription } from '../strategy-engine/market/feed.ts'

export type Direction = 'rise' | 'fall'

const subscriptions = new Set<Subscription>()
const feed: Feed = {
  subscribe: (subscription) => {
    subscriptions.add(subscription)
    return () => subscriptions.delete(subscription)
  },
  close: async () => subscriptions.clear(),
}

const home = keysideHome()
const config = loadConfig('engine', engineConfig, home, process.env)
const log = createLog({ program: 'engine', level: 'trace' })
const deps = { home, log, clock: systemClock, randomBytes: systemRandomBytes, trace: logTrace(log) }
const engine = await runEngine(config, deps, feed)
await engine.ready

process.on('message', (direction: Direction) => {
  for (const { onCandle } of subscriptions) onCandle(candleOf(direction), 'live')
})
process.once('disconnect', () => void engine.stop().then(() => process.exit()))
process.send?.('ready')

/** A candle of one second that closes now: candles may come faster than one a second, and each is fresh. */
function candleOf(direction: Direction): Candle {
  const [open, close] = direction === 'rise' ? ['59990', '60000'] : ['60010', '60000']
  return {
    start: (Date.now() - 1000) / 1000,
    open,
    high: '60010',
    low: '59990',
    close,
    volume: '1',
  }
}
