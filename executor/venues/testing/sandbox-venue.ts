// A dialect's adapter against the sandbox, as the contract's checks need it; and what the sandbox can do wrong, by what it proves.
import { setTimeout as sleep } from 'node:timers/promises'
import type { ExchangeFaultName, SandboxExchange } from '@keyside/sandbox'
import { expect, vi } from 'vitest'
import type { Exchange } from '../port.ts'
import type { Faults } from './contract.ts'
import type { TestVenue } from './steps.ts'

const MARKET = 'BTC/USDT'
/** Around which the sandbox trades it, quote. */
const PRICE = 60_000

/** `exchange` has been started on BTC/USDT. */
export function sandboxVenue(sandbox: SandboxExchange, exchange: Exchange): TestVenue {
  let moved = 1
  const taken = (id: string) =>
    sandbox.acceptLog().filter(({ clientOrderId }) => clientOrderId === id).length
  return {
    exchange,
    breakNextOrder: (fault) =>
      sandbox.faults.arm({
        name: fault as ExchangeFaultName,
        ...(fault === 'refuse-connect' && { ms: 200 }),
      }),
    taken,
    untilTaken: (id) => vi.waitFor(() => expect(taken(id)).toBe(1), { timeout: 5_000 }),
    pass: (ms) => sleep(ms),
    moveTo: async (share) => {
      sandbox.market.nudge(MARKET, share / moved, Date.now())
      moved = share
      await vi.waitFor(async () => {
        await exchange.refreshQuote(MARKET)
        const bid = Number(exchange.quote(MARKET)?.bid)
        expect(Math.abs(bid / (PRICE * share) - 1)).toBeLessThan(0.002)
      }, 5_000)
    },
  }
}

export const SANDBOX_FAULTS: Faults = {
  taken: [
    'reset-after-accept',
    'accept-then-hang',
    '500-after-accept',
    '503-after-accept',
    '504',
    'timeout-1007-accepted',
    'empty-200',
    'html-200',
    'json-empty-200',
    'wrong-order-200',
  ],
  lost: ['reset-before', 'timeout-1007-not-accepted', 'html-502'],
  away: 'refuse-connect',
  limited: '429',
  slow: 'slow-accept',
  part: 'partial-then-cancel',
}
