// What one BNB costs, minute by minute, at an exchange that does not always answer.
import assert from 'node:assert/strict'
import type { FakeExchange } from '../../executor/testing/fake-exchange.ts'

/** Quote for one BNB as a minute since 1970 began; in some there is no price. */
export function bnbAt(minute: number): string | null {
  return minute % 7 === 3 ? null : (600 + (minute % 89) * 0.37).toFixed(2)
}

export function priceBnb(exchange: FakeExchange): void {
  let asked = 0
  exchange.lookUp = async (market) => {
    assert.equal(market, 'BNB/USDT')
    return { found: 'yes', quote: { bid: '1', ask: '1', at: 0 } }
  }
  exchange.candles = async (market, timeframe, limit, since = 0) => {
    assert.deepEqual([market, timeframe, limit], ['BNB/USDT', '1m', 1])
    asked += 1
    // Now and then it does not answer, and later it does.
    if (asked % 4 === 0) return { ok: false, message: 'no answer' }
    const open = bnbAt(since / 60_000)
    const [low, high] = [String(Number(open) * 0.9), String(Number(open) * 1.1)]
    return { ok: true, value: open === null ? [] : [[since / 1000, open, high, low, '1']] }
  }
}
