// An order that was taken, and that the exchange no longer shows when the device comes back: through the real adapters, at
// each exchange's sandbox, which forgets as its exchange does.
import { noTrace, systemRandomBytes } from '@keyside/runtime'
import {
  bybitDialect,
  CALM,
  type ManualClock,
  Market,
  manualClock,
  okxDialect,
  type SandboxExchange,
  startExchange,
} from '@keyside/sandbox'
import { pino } from 'pino'
import { expect, onTestFinished, test, vi } from 'vitest'
import { clientOrderIds } from './client-order-id.ts'
import type { VenueOrderKind } from './core/model/exchange.ts'
import { Journal, type OutboxReport } from './journal/journal.ts'
import { Shell } from './shell.ts'
import { followed, policyOf, signalClaims, TestExecutor } from './testing/rig.ts'
import type { Dialect } from './venues/adapter/dialect.ts'
import { VenueAdapter } from './venues/adapter/venue-adapter.ts'
import { binance } from './venues/binance/dialect.ts'
import { bybit } from './venues/bybit/dialect.ts'
import { okx } from './venues/okx/dialect.ts'

const KEYS = { apiKey: 'forgottenKey'.repeat(4), secret: 'secret', passphrase: 'passphrase' }
/** By which the sandbox proves that it is one. */
const PROOF = systemRandomBytes(32)
const MARKET = 'BTC/USDT'
const HOUR = 3_600_000
const DAY = 24 * HOUR
const log = pino({ level: 'silent' })

const VENUES = {
  binance: { dialect: binance, sandbox: undefined },
  // A release of the exchange has emptied its view of what is open, and of the newest that is over.
  bybit: { dialect: bybit, sandbox: bybitDialect({ closedMs: 1_000 }) },
  okx: { dialect: okx, sandbox: okxDialect() },
} as const satisfies Record<string, { dialect: Dialect; sandbox: unknown }>

type VenueName = keyof typeof VENUES

/** Bought with a stop under it; or an order that waits far below the market. */
const STOP = { stopPrice: '58500' }
const RESTING = { type: 'limit', limitPrice: '50000' } as const

class Device {
  readonly clock: ManualClock
  /** The core's own, which need not wait between two questions. An adapter would notice that its clock was set. */
  readonly #hasty: ManualClock
  readonly told: OutboxReport[] = []
  readonly #journal = new Journal(':memory:')
  readonly #dialect: Dialect
  readonly sandbox: SandboxExchange
  #parts: { readonly exchange: VenueAdapter; readonly shell: Shell } | null = null

  constructor(dialect: Dialect, sandbox: SandboxExchange, clock: ManualClock) {
    this.#dialect = dialect
    this.sandbox = sandbox
    this.clock = clock
    this.#hasty = manualClock(clock)
  }

  get shell(): Shell {
    if (this.#parts === null) throw new Error('it is off')
    return this.#parts.shell
  }

  get exchange(): VenueAdapter {
    if (this.#parts === null) throw new Error('it is off')
    return this.#parts.exchange
  }

  async start(): Promise<void> {
    const { clock } = this
    const { address } = this.sandbox
    const exchange = new VenueAdapter(this.#dialect, {
      keys: KEYS,
      address,
      sandbox: { secret: PROOF, randomBytes: systemRandomBytes },
      clock,
      log,
      unitMs: 1,
    })
    await exchange.start([MARKET])
    const shell = new Shell({
      unproved: () => [],
      journal: this.#journal,
      exchange,
      policy: policyOf(),
      clientOrderId: clientOrderIds(new Uint8Array(32)),
      codeSecret: null,
      publisher: { send: (reports) => void this.told.push(...reports) },
      clock: this.#hasty,
      trace: noTrace,
      log,
      onFailure: (error) => {
        throw error
      },
    })
    this.#parts = { exchange, shell }
    shell.take({ type: 'started' })
    shell.take(followed('home'))
  }

  async stop(): Promise<void> {
    this.#parts?.shell.stop()
    await this.#parts?.exchange.stop()
    this.#parts = null
  }

  /** Time passes faster, until it is so: questions are asked every few seconds, and answered at once. */
  async until(check: () => void): Promise<void> {
    await vi.waitFor(
      () => {
        this.#hasty.advance(200)
        check()
      },
      { timeout: 10_000, interval: 20 },
    )
  }

  ended(): readonly string[] {
    return this.told.flatMap(({ event }) => {
      if (event.type === 'notice') return [event.code]
      const isEnd = event.type === 'order' && ['filled', 'canceled'].includes(event.status)
      return isEnd ? [`${event.order.kind} ${event.status}`] : []
    })
  }
}

async function open(name: VenueName): Promise<Device> {
  const { dialect, sandbox: words } = VENUES[name]
  const clock = manualClock()
  const sandbox = await startExchange({
    market: new Market({ seed: 1, wave: CALM }),
    clock,
    proofSecret: PROOF,
    ...(words && { dialect: words }),
    accounts: [
      {
        name: 'main',
        apiKey: KEYS.apiKey,
        passphrase: KEYS.passphrase,
        credential: { secret: KEYS.secret },
        balances: { BTC: '0', USDT: '100000' },
      },
    ],
  })
  const device = new Device(dialect, sandbox, clock)
  onTestFinished(async () => {
    await device.stop()
    await sandbox.stop()
  })
  await device.start()
  return device
}

/** Its last order rests there, and was seen. */
async function holding(device: Device, change: object): Promise<string> {
  const writer = new TestExecutor()
  const now = device.clock.now()
  device.shell.take(writer.head({ seq: 0, iat: now / 1000 }))
  device.shell.take(writer.signal(signalClaims(now, change)))
  const resting = () => Object.values(device.shell.state().portfolio.orders)
  await device.until(() => {
    expect(resting()).toMatchObject([{ state: 'accepted' }])
    expect(resting()[0]?.seen.last).toBeGreaterThan(0)
  })
  return resting()[0]?.clientOrderId ?? ''
}

/** Off for so long. Somebody takes the order back meanwhile, or the price falls through it. */
async function away(
  device: Device,
  name: string,
  what: VenueOrderKind | 'fall',
  ms: number,
): Promise<void> {
  const { clock, sandbox } = device
  device.shell.stop()
  if (what !== 'fall') await device.exchange.cancel(MARKET, name, what)
  else {
    // Through the trigger, and not through the price at which it sells.
    sandbox.market.nudge(MARKET, 0.974, clock.now())
    clock.advance(5_000)
  }
  await device.stop()
  clock.advance(ms)
  await device.start()
}

test.each<[VenueName, number]>([
  ['binance', 115 * DAY],
  ['bybit', 10 * DAY],
  ['okx', 60 * DAY],
])(
  '%s: a stop that filled while the device was off for longer than lists reach is filled',
  async (venue, ms) => {
    const device = await open(venue)
    const name = await holding(device, STOP)
    await away(device, name, 'fall', ms)
    await device.until(() => expect(device.ended()).toContain('stop filled'))
    expect(device.shell.state().portfolio).toMatchObject({ positions: {}, orders: {} })
    expect(device.ended()).not.toContain('order_vanished')
  },
)

test.each<[VenueName, number]>([
  ['binance', 115 * DAY],
  ['bybit', 2 * DAY],
  ['okx', 3 * HOUR],
])(
  '%s: an order that somebody took back, and that is shown no more, is canceled',
  async (venue, ms) => {
    const device = await open(venue)
    const name = await holding(device, RESTING)
    await away(device, name, 'order', ms)
    await device.until(() => expect(device.ended()).toContain('entry canceled'))
    expect(device.ended()).not.toContain('order_vanished')
  },
)

test.each<[VenueName, number]>([
  ['binance', 115 * DAY],
  ['bybit', 2 * DAY],
])(
  '%s: a stop that somebody took back, and that is shown no more, is over, and another stands',
  async (venue, ms) => {
    const device = await open(venue)
    const name = await holding(device, STOP)
    await away(device, name, 'stop', ms)
    await device.until(() => {
      const [stop] = Object.values(device.shell.state().portfolio.orders)
      expect(stop).toMatchObject({ kind: 'stop', state: 'accepted' })
      expect(stop?.clientOrderId).not.toBe(name)
    })
    expect(device.ended()).toContain('stop canceled')
    expect(device.ended()).not.toContain('order_vanished')
  },
)

test('okx: nothing is concluded of a stop whose trades are kept no more', async () => {
  const device = await open('okx')
  const name = await holding(device, STOP)
  await away(device, name, 'fall', 90 * DAY)
  await device.until(() => expect(device.ended()).toContain('order_vanished'))
  expect(device.shell.state().portfolio.orders[name]?.state).toBe('accepted')
})
