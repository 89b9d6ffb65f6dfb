// Cancels one order and, where the answer leaves doubt, asks what became of it.

import type { Answered } from '../core/model/exchange.ts'
import { canceledAnswer } from './answers.ts'
import { findByName } from './find.ts'
import type { Line } from './line.ts'
import { sentence } from './reply.ts'

export async function cancel(
  line: Line,
  symbol: string,
  clientOrderId: string,
): Promise<Answered<'canceled' | 'not_open'>> {
  const reply = await line.ask((api) =>
    api.privateDeleteOrder({ symbol, origClientOrderId: clientOrderId }),
  )
  if (reply.got === 'answer' && isCanceled(reply.body, symbol, clientOrderId))
    return { ok: true, value: 'canceled' }
  const found = await findByName(line, symbol, clientOrderId)
  if (found.outcome === 'unknown') return { ok: false, message: found.message }
  // An order that nobody sees yet may still be accepted: that is not "not open".
  if (found.outcome === 'missing')
    return { ok: false, message: 'the exchange does not know this order' }
  if (found.order.status !== 'open')
    return { ok: true, value: found.order.status === 'canceled' ? 'canceled' : 'not_open' }
  const reason = reply.got === 'answer' ? 'the answer cannot be read' : sentence(reply)
  return { ok: false, message: `the order is still open: ${reason}` }
}

function isCanceled(body: unknown, symbol: string, clientOrderId: string): boolean {
  const read = canceledAnswer.safeParse(body)
  return (
    read.success && read.data.symbol === symbol && read.data.origClientOrderId === clientOrderId
  )
}
