// A dialect's adapter against the sandbox over a wire that is listened to, as the contract's checks need it; and what the
// sandbox can do wrong, by what it proves.
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '@keyside/runtime'
import {
  CALM,
  type ExchangeFaultName,
  Market,
  type SandboxExchange,
  startExchange,
} from '@keyside/sandbox'
import { afterAll, afterEach, expect, vi } from 'vitest'
import type { ApiKeys } from '../adapter/api-keys.ts'
import type { Dialect } from '../adapter/dialect.ts'
import { VenueAdapter } from '../adapter/venue-adapter.ts'
import type { Exchange } from '../port.ts'
import { ANSWER_CHECKS } from './answer-checks.ts'
import { exchangeContract, type Faults } from './contract.ts'
import { MARKET_CHECKS } from './market-checks.ts'
import {
  MARKET,
  ORDER_CHECKS,
  PRICE,
  type SandboxCheck,
  type SandboxVenue,
} from './sandbox-checks.ts'
import type { TestVenue } from './steps.ts'
import { Answers, TAMPERED } from './tampered.ts'
import { openWiretap, type Wiretap } from './wiretap.ts'

/** For one request: each that is never answered is waited for so long, and a busy machine answers late. */
const REQUEST_MS = 2_000

type ExchangeOptions = Parameters<typeof startExchange>[0]

interface SandboxSetup {
  readonly dialect: Dialect
  readonly keys: ApiKeys
  readonly log?: ConstructorParameters<typeof VenueAdapter>[1]['log']
  /** Beside the one of `keys`. */
  readonly accounts?: ExchangeOptions['accounts']
  readonly sandbox?: Pick<ExchangeOptions, 'dialect' | 'limits'>
}

interface SandboxFixture {
  readonly sandbox: SandboxExchange
  readonly tap: Wiretap
  /** Started on BTC/USDT with `keys`. */
  readonly exchange: Exchange
  readonly venue: SandboxVenue
  /** Another one, which is not started. */
  open(keys?: ApiKeys, address?: string): Exchange
}

export const BALANCES = { BTC: '10', USDT: '100000' }

/** For a whole test file: nothing stays armed from one test to the next, and all of it stops with the last. */
export async function openSandbox(setup: SandboxSetup): Promise<SandboxFixture> {
  const { dialect, keys, accounts = [] } = setup
  const { log = { info: () => undefined, warn: () => undefined } } = setup
  const { apiKey, secret, passphrase } = keys
  const main = {
    name: 'main',
    apiKey,
    ...(passphrase !== undefined && { passphrase }),
    credential: { secret },
    balances: BALANCES,
  }
  const sandbox = await startExchange({
    market: new Market({ seed: 1, wave: CALM }),
    // Numbers that no double holds.
    first: { order: 8_389_765_608_443_411_001n, trade: 8_389_765_608_443_451_001n },
    ...setup.sandbox,
    accounts: [main, { ...main, ...UNSAFE }, ...accounts],
  })
  const answers = new Answers(dialect)
  const tap = await openWiretap(sandbox.address)
  const open = (keys = setup.keys, address = tap.address): Exchange =>
    new VenueAdapter(answers.dialect, {
      keys,
      address,
      clock: systemClock,
      log,
      timeoutMs: REQUEST_MS,
      unitMs: 1,
    })
  const exchange = open()
  await exchange.start([MARKET])
  afterEach(() => {
    tap.intrude(() => 'pass')
    sandbox.faults.disarm()
  })
  afterAll(async () => {
    await exchange.stop()
    await tap.stop()
    await sandbox.stop()
  })
  const venue = {
    ...sandboxVenue(sandbox, exchange),
    sandbox,
    tap,
    answers,
    openUnsafe: () => open({ ...keys, apiKey: UNSAFE.apiKey }),
    openAgain: () => open(),
  }
  return { sandbox, tap, exchange, venue, open }
}

/** A key with all rights but the usual ones. */
const UNSAFE = {
  name: 'unsafe',
  apiKey: 'CanaryApiKeyOfOtherRights',
  rights: {
    enableSpotAndMarginTrading: false,
    enableWithdrawals: true,
    enableInternalTransfer: true,
    permitsUniversalTransfer: true,
    ipRestrict: false,
  },
}

/** `exchangeId`: what the venue's numbers look like, where it is not the digits of `first`. */
export function sandboxContract(
  maxStops: number | null,
  exchangeId = /^83897656084434\d{5}$/,
): readonly SandboxCheck[] {
  const contract = exchangeContract(
    {
      market: MARKET,
      price: PRICE,
      tick: '0.01',
      maxStops,
      stopHolds: 'coins',
      currencies: Object.keys(BALANCES),
      exchangeId,
      candles: 3,
      refuses: ['money', 'rules', 'sides', 'names', 'prices'],
    },
    SANDBOX_FAULTS,
  )
  return [...contract, ...ORDER_CHECKS, ...ANSWER_CHECKS, ...MARKET_CHECKS, TAMPERED]
}

/** `exchange` has been started on BTC/USDT. */
function sandboxVenue(sandbox: SandboxExchange, exchange: Exchange): TestVenue {
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

const SANDBOX_FAULTS: Faults = {
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
