// OKX's candles over a WebSocket: the channels `candle1m` and so on, each row with its mark of being closed.
import { z } from 'zod'
import type { StreamWords } from '../exchange/candle-streams.ts'
import { parseJson } from '../exchange/parse-json.ts'
import type { Market } from '../market/market.ts'
import { BARS } from './market-routes.ts'
import { candleView } from './views.ts'

const arg = z.object({ channel: z.string(), instId: z.string() })
const request = z.object({
  id: z.string().optional(),
  op: z.enum(['subscribe', 'unsubscribe']),
  args: z.array(arg).min(1),
})

export function okxStreamWords({ instruments }: Market): StreamWords {
  const followed = ({ channel, instId }: z.infer<typeof arg>) => {
    const interval = BARS[channel.replace('candle', '')]
    const one = instruments.find(({ base, quote }) => `${base}-${quote}` === instId)
    if (one === undefined || interval === undefined || !channel.startsWith('candle')) return []
    return [{ topic: `${channel}:${instId}`, symbol: one.symbol, interval }]
  }
  return {
    read: (text) => {
      if (text === 'ping') return { replies: ['pong'] }
      const { data } = request.safeParse(parseJson(text))
      const wanted = data?.args.map((one) => ({ one, found: followed(one) })) ?? []
      if (data === undefined || wanted.some(({ found }) => found.length === 0))
        return {
          replies: [JSON.stringify({ event: 'error', code: '60018', msg: 'Wrong URL or channel' })],
        }
      const all = wanted.flatMap(({ found }) => found)
      const replies = wanted.map(({ one }) =>
        JSON.stringify({ event: data.op, arg: one, connId: '1' }),
      )
      return data.op === 'subscribe'
        ? { replies, follow: all }
        : { replies, leave: all.map(({ topic }) => topic) }
    },
    event: ({ topic }, candle) => {
      const [channel, instId] = topic.split(':')
      return { arg: { channel, instId }, data: [candleView(candle)] }
    },
  }
}
