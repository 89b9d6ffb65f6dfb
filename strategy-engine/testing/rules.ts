// Hand-made candles and strategies for tests.
import type { Candle } from '../market/candle.ts'
import { readStrategy } from '../strategies/file/read-strategy.ts'
import { problemText } from '../strategies/file/report.ts'
import type { Strategy } from '../strategies/file/strategy.ts'

export const RULES = {
  name: 'demo',
  market: 'BTC/USDT',
  timeframe: '1m',
  enter: 'close > 105',
  exit: 'close < 95',
  size: '10 %',
  stop: '20 %',
}

export function yaml(fields: Record<string, string>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('')
}

/** `RULES` with other fields. */
export function strategy(fields: Partial<Record<string, string>> = {}): Strategy {
  return strategyOf({ ...RULES, ...(fields as Record<string, string>) })
}

/** The first strategy of a file with these fields. */
export function strategyOf(fields: Record<string, string>): Strategy {
  const read = readStrategy(yaml(fields))
  if (!read.ok) throw new Error(read.problems.map(problemText).join('\n'))
  return read.strategies[0]
}

/** One minute each from `start` on; a close that is null leaves a hole. */
export function candles(closes: readonly (number | null)[], start = 0): Candle[] {
  return closes.flatMap((close, i) => {
    if (close === null) return []
    const [text, high, low] = [close, close + 1, close - 1].map((price) => price.toFixed(2))
    const one = { open: text ?? '', close: text ?? '', high: high ?? '', low: low ?? '' }
    return [{ start: start + i * 60, ...one, volume: '1.5' }]
  })
}
