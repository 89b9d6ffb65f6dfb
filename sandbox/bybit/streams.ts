// Bybit's candles over a WebSocket: the topics `kline.1.BTCUSDT` and so on, each row with its mark of being closed.
import { z } from 'zod'
import type { StreamWords } from '../exchange/candle-streams.ts'
import { parseJson } from '../exchange/parse-json.ts'
import type { Market } from '../market/market.ts'
import { idOf } from './context.ts'
import { INTERVALS } from './market-routes.ts'

/** Of spot: more are refused together. */
const MAX_ARGS = 10

const request = z.object({
  req_id: z.union([z.string(), z.int()]).optional(),
  op: z.enum(['subscribe', 'unsubscribe', 'ping']),
  args: z.array(z.string()).optional(),
})

export function bybitStreamWords({ instruments }: Market): StreamWords {
  const followed = (topic: string) => {
    const [kind, interval = '', id] = topic.split('.')
    const found = INTERVALS[interval]
    const one = instruments.find((each) => idOf(each) === id)
    if (kind !== 'kline' || found === undefined || one === undefined) return []
    return [{ topic, symbol: one.symbol, interval: found }]
  }
  return {
    read: (text) => {
      const { data } = request.safeParse(parseJson(text))
      const { op = 'subscribe', req_id = '', args = [] } = data ?? {}
      const say = (success: boolean, ret_msg: string) =>
        JSON.stringify({ success, ret_msg, op, req_id, conn_id: '1' })
      if (op === 'ping') return { replies: [say(true, 'pong')] }
      const all = args.flatMap(followed)
      if (args.length > MAX_ARGS) return { replies: [say(false, 'args size >10')] }
      if (args.length === 0 || all.length < args.length)
        return { replies: [say(false, `error:handler not found,topic:${args[0] ?? ''}`)] }
      const replies = [say(true, '')]
      return op === 'subscribe'
        ? { replies, follow: all }
        : { replies, leave: all.map(({ topic }) => topic) }
    },
    event: ({ topic }, candle, at) => ({
      topic,
      type: 'snapshot',
      ts: at,
      data: [
        {
          start: candle.openTime,
          end: candle.closeTime,
          interval: topic.split('.')[1],
          open: candle.open,
          close: candle.close,
          high: candle.high,
          low: candle.low,
          volume: candle.volume,
          turnover: candle.quoteVolume,
          confirm: candle.closed,
          timestamp: at,
        },
      ],
    }),
  }
}
