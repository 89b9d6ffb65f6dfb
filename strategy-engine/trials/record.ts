// What a stream's signals came to: bought and sold at the prices that they name, without fees.
import type { Signal } from '@keyside/protocol'

export interface ModelRecord {
  readonly closed: number
  readonly won: number
  /** Of all closed trades together, each counted alike, percent of what was bought. */
  readonly percent: number
}

/** `signals` in their order; what was bought before the first of them counts for nothing. */
export function recordOf(signals: readonly Signal[]): ModelRecord {
  let [closed, won, percent] = [0, 0, 0]
  let [bought, cost, gain, left] = [0, 0, 0, 0]
  for (const { kind, referencePrice, size } of signals) {
    if (kind === 'stop') continue
    const price = Number(referencePrice)
    if (kind === 'entry') {
      if (bought === 0) [gain, left] = [0, 1]
      bought += Number(size.value)
      cost += Number(size.value) * price
      continue
    }
    if (bought === 0) continue
    const part = left * (Number(size.value) / 100)
    gain += part * (price / (cost / bought) - 1) * 100
    left -= part
    if (left > TINY) continue
    closed += 1
    if (gain > 0) won += 1
    percent += gain
    bought = 0
    cost = 0
  }
  return { closed, won, percent }
}

/** Of the position: less is nothing. */
const TINY = 1e-9
