// The orders of a proof that runs, on the disk: what a run that was cut off has left is known to the next one.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { decimal } from '@keyside/protocol'
import { readTextIfThere, writePrivate } from '@keyside/runtime'
import { z } from 'zod'
import type { OrderRequest } from '../../core/model/exchange.ts'

export interface OpenOrders {
  /** Throws where the file cannot be read: which orders are open is then unknown. */
  read(): readonly OrderRequest[]
  write(orders: readonly OrderRequest[]): void
  clear(): void
}

const order = z.strictObject({
  clientOrderId: z.string(),
  market: z.string(),
  side: z.enum(['buy', 'sell']),
  type: z.enum(['limit', 'stop_limit']),
  timeInForce: z.enum(['IOC', 'GTC']),
  amount: decimal,
  price: decimal,
  triggerPrice: decimal.exactOptional(),
})

export function openOrdersFile(home: string, name: string): OpenOrders {
  const file = join(home, 'executor', 'proofs', `${name}.orders.json`)
  return {
    read: () => {
      const text = readTextIfThere(file)
      return text === null ? [] : z.array(order).parse(JSON.parse(text))
    },
    write: (orders) => writePrivate(file, JSON.stringify(orders)),
    clear: () => rmSync(file, { force: true }),
  }
}
