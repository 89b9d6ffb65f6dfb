// The orders of a day in the chat.
import { encodeBase64url, type OrderView } from '../../protocol/index.ts'

/** Known again in every text by its amount. */
export function orderOf(stream: number, number: number, part: number, stop?: number): OrderView {
  const bytes = new Uint8Array(32)
  new DataView(bytes.buffer).setUint32(0, stream * 1_000_000 + number * 100 + part)
  const id = encodeBase64url(bytes)
  const kind = part === 0 ? 'entry' : stop === undefined ? 'exit' : 'stop'
  return {
    id,
    signal: id.slice(0, 22),
    stream: `home/s${stream}`,
    kind,
    market: 'BTC/USDT',
    side: kind === 'entry' ? 'buy' : 'sell',
    amount: amountOf(stream, number),
    price: '64100',
    value: '3200',
    clientOrderId: id.slice(0, 32),
    ...(stop !== undefined && { stop: String(stop) }),
  } as OrderView
}

function amountOf(stream: number, number: number): string {
  return `0.0${stream + 1}${String(number).padStart(3, '0')}1`
}

export function amountIn(id: string): string {
  const bytes = Buffer.from(id, 'base64url')
  const whole = bytes.readUInt32BE(0)
  return amountOf(Math.floor(whole / 1_000_000), Math.floor((whole % 1_000_000) / 100))
}
