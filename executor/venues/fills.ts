// All fills of one order, page by page: an order that filled in crumbs has more than one answer holds.
import type { z } from 'zod'
import type { Answered, Fill } from '../core/model/exchange.ts'
import { tradeAnswer } from './answers.ts'
import { type Listed, list, PAGE } from './find.ts'
import type { Line } from './line.ts'
import { fromTrade } from './map.ts'

/** In ccxt's units, which knows only the weight of a question without an order. */
const WEIGHT = 1

type Trade = z.infer<typeof tradeAnswer>
type Page = Listed<Trade>

export async function fillsOf(
  line: Line,
  symbol: string,
  orderId: string,
): Promise<Answered<readonly Fill[]>> {
  const all: Trade[] = []
  for (let from: bigint | null = 0n; from !== null; ) {
    const page: Page = await pageOf(line, { symbol, orderId, fromId: String(from) })
    if (!page.ok) return page
    all.push(...page.rows)
    from = nextOf(page.rows)
  }
  return { ok: true, value: all.map(fromTrade) }
}

interface Question {
  readonly symbol: string
  readonly orderId: string
  readonly fromId: string
}

async function pageOf(line: Line, question: Question): Promise<Page> {
  const page = await list(
    line,
    tradeAnswer,
    (api) => api.privateGetMyTrades({ ...question, limit: PAGE }),
    WEIGHT,
  )
  if (!page.ok) return page
  const { symbol, orderId, fromId } = question
  if (page.rows.some((row) => row.orderId !== orderId || row.symbol !== symbol))
    return { ok: false, message: 'the answer holds fills of another order' }
  if (page.rows.some(({ id }) => BigInt(id) < BigInt(fromId)))
    return { ok: false, message: 'the answer holds fills that were listed before' }
  return page
}

/** Null after the last page. */
function nextOf(rows: readonly Trade[]): bigint | null {
  if (rows.length < Number(PAGE)) return null
  return rows.reduce((next, { id }) => (BigInt(id) < next ? next : BigInt(id) + 1n), 0n)
}
