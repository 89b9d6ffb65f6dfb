// What the exchange itself saw of one stream on one market: bought once at a time, protected, and sold.
import Big from 'big.js'
import type { Sandbox } from '../cli/sandbox/sandbox.ts'

const LOOK_MS = 100
/** Less than a step of the market is left, since the fee is taken in the coin. */
const DUST = '0.0001'

export interface TradeWatch {
  /** From here on the device answers for its stops. */
  up(): void
  /** From here on it may be away, and only what rests at the exchange protects. */
  down(): void
  /** Whether something is held, and a stop for it rests at the exchange. */
  isProtected(): boolean
  sold(): number
  summary(): string
  /** Throws where something was bought twice, or was without a stop for longer while the device was up. ms. */
  check(most: number): void
  end(): void
}

export function watchTrades({ exchange }: Sandbox): TradeWatch {
  let state: 'up' | 'down' = 'down'
  let bareSince: number | null = null
  const longest = { up: 0, down: 0 }
  const look = () => {
    const { held, stops } = now()
    if (!held || stops > 0) bareSince = null
    else bareSince ??= performance.now()
    if (bareSince !== null) longest[state] = Math.max(longest[state], performance.now() - bareSince)
  }
  const now = () => {
    const log = exchange.acceptLog()
    const isOpen = (outcome: string) => outcome === 'NEW' || outcome === 'PARTIALLY_FILLED'
    const stops = log.filter((one) => one.stopPrice !== undefined && isOpen(one.outcome)).length
    return { ...followed(log), stops }
  }
  const enter = (next: 'up' | 'down') => () => {
    look()
    state = next
    if (bareSince !== null) bareSince = performance.now()
  }
  const filled = (side: 'buy' | 'sell') =>
    exchange.acceptLog().filter((one) => one.side === side && Number(one.executed) > 0)
  const timer = setInterval(look, LOOK_MS)
  return {
    up: enter('up'),
    down: enter('down'),
    isProtected: () => {
      const { held, stops } = now()
      return held && stops === 1
    },
    sold: () => filled('sell').length,
    summary: () =>
      `${filled('buy').length} bought, ${filled('sell').length} sold; longest without a stop: ${seconds(longest.up)} s while up, ${seconds(longest.down)} s else`,
    check: (most) => {
      const { twice } = now()
      if (twice !== null) throw new Error(`bought twice: ${twice}`)
      if (longest.up > most) throw new Error(`${seconds(longest.up)} s without a stop`)
    },
    end: () => clearInterval(timer),
  }
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1)
}

/** In the order in which the exchange took them. `twice`: a purchase while the one before it was not sold. */
function followed(
  log: readonly { clientOrderId: string; side: string; executed: string; time: number }[],
): { held: boolean; twice: string | null } {
  let held = new Big(0)
  let twice: string | null = null
  for (const { clientOrderId, side, executed } of log.toSorted((a, b) => a.time - b.time)) {
    if (side === 'buy' && Number(executed) > 0 && held.gt(0)) twice ??= clientOrderId
    held = side === 'buy' ? held.plus(executed) : held.minus(executed)
    // Of each sale a little is left, and is no position.
    if (held.lte(DUST)) held = new Big(0)
  }
  return { held: held.gt(0), twice }
}
