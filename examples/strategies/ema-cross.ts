// Buys when the fast average crosses over the slow one, sells when it crosses back: ema-cross.yaml as code.
import type { Strategy } from '../../strategy-engine/strategies/typescript/keyside.d.ts'

export default {
  name: 'ema-cross',
  market: 'BTC/USDT',
  timeframe: '5m',
  size: '10 %',
  stop: '2 atr(14)',
  valid_for: '4m',
  build({ indicator }) {
    const fast = indicator('ema', [12])
    const slow = indicator('ema', [26])
    const rsi = indicator('rsi', [14])
    return {
      enter() {
        const crossed = fast.ago(1) <= slow.ago(1) && fast.value > slow.value
        return crossed && rsi.value < 70 && `${fast.said} crossed over ${slow.said}, ${rsi.said}`
      },
      exit() {
        const crossed = fast.ago(1) >= slow.ago(1) && fast.value < slow.value
        return crossed && `${fast.said} crossed under ${slow.said}`
      },
    }
  },
} satisfies Strategy
