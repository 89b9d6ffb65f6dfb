// An order of the paper account as its row in the database, and back. Decimals are texts.
import type { Fill } from '@keyside/venue'
import Big from 'big.js'
import { z } from 'zod'
import { type PortOrder, requestOf } from '../adapter/model-port.ts'
import { ACCOUNT, math } from './math.ts'

const number = z.string().regex(/^\d+$/)
const decimal = z.string().regex(/^\d+(\.\d+)?$/)
const time = z.int().nonnegative()

const wire = z.strictObject({
  clientOrderId: z.string(),
  market: z.string(),
  side: z.enum(['buy', 'sell']),
  type: z.enum(['limit', 'stop_limit']),
  timeInForce: z.enum(['IOC', 'GTC']),
  amount: decimal,
  price: decimal,
  triggerPrice: decimal.optional(),
})

const fill = z.strictObject({
  id: number,
  at: time,
  price: decimal,
  amount: decimal,
  value: decimal,
  fee: z.strictObject({ amount: decimal, currency: z.string() }).nullable(),
  liquidity: z.enum(['maker', 'taker']),
})

const stored = z.strictObject({
  id: number,
  wire,
  effects: z.strictObject({ fills: z.literal('half_then_cancel').optional() }),
  createdAt: time,
  updatedAt: time,
  workingAt: time.nullable(),
  closedAt: time.nullable(),
  triggersOn: z.enum(['fall', 'rise']).nullable(),
  status: z.enum(['waiting', 'open', 'filled', 'canceled', 'expired', 'rejected']),
  amount: decimal,
  filled: decimal,
  filledValue: decimal,
  held: decimal,
  fills: z.array(fill),
})

export function writeOrder(order: PortOrder<Big>): string {
  const { request, parent: _, child: __, ...rest } = order
  const fixed = (count: Big) => count.toFixed()
  return JSON.stringify({
    ...rest,
    id: String(order.id),
    wire: request.wire,
    amount: fixed(order.amount),
    filled: fixed(order.filled),
    filledValue: fixed(order.filledValue),
    held: fixed(order.held),
    fills: order.fills.map((one) => ({
      ...one,
      id: String(one.id),
      price: fixed(one.price),
      amount: fixed(one.amount),
      value: fixed(one.value),
      fee: one.fee && { ...one.fee, amount: fixed(one.fee.amount) },
    })),
  })
}

/** Throws where the row is none that `writeOrder` wrote. */
export function readOrder(text: string): PortOrder<Big> {
  const row = stored.parse(JSON.parse(text))
  const { wire: sent, id, fills, effects, ...rest } = row
  const { triggerPrice, ...plain } = sent
  const request = { ...plain, ...(triggerPrice !== undefined && { triggerPrice }) }
  return {
    ...rest,
    id: BigInt(id),
    request: requestOf(math, request, ACCOUNT),
    effects: effects.fills === undefined ? {} : { fills: effects.fills },
    parent: null,
    child: null,
    amount: new Big(row.amount),
    filled: new Big(row.filled),
    filledValue: new Big(row.filledValue),
    held: new Big(row.held),
    fills: fills.map(
      (one): Fill<Big> => ({
        ...one,
        id: BigInt(one.id),
        price: new Big(one.price),
        amount: new Big(one.amount),
        value: new Big(one.value),
        fee: one.fee && { ...one.fee, amount: new Big(one.fee.amount) },
      }),
    ),
  }
}
