// Manual trading at the exchange's site: orders on the same account, and coins that are withdrawn.
import type { OrderRequest } from '../executor/core/model/exchange.ts'
import { Random } from './base/random.ts'
import { amountUnits, decimal, PRICE_PLACES } from './base/units.ts'
import { OWN_COINS } from './ground-truth.ts'
import { MARKETS } from './market.ts'
import type { Simulation } from './simulation.ts'
import { MANUAL, type SimulatedVenue } from './venue.ts'

/** Base; worth more than the least order at half the price. */
const AMOUNTS: Readonly<Record<string, string>> = { 'BTC/USDT': '0.001', 'ETH/USDT': '0.01' }
const BETWEEN_MS = [5_000, 45_000] as const

export class ManualTrading {
  readonly #simulation: Simulation
  readonly #venue: SimulatedVenue
  readonly #random: Random
  #orders = 0
  /** `at_the_end`: from beside a stop that rests then the coins are taken for good, which by chance alone is seldom. */
  readonly lastSale: 'at_the_end' | 'none'

  constructor(simulation: Simulation, venue: SimulatedVenue) {
    this.#simulation = simulation
    this.#venue = venue
    this.#random = new Random(simulation.random.word())
    const isLast = venue.stopsHold === 'nothing' && this.#random.chance(0.4)
    this.lastSale = isLast ? 'at_the_end' : 'none'
  }

  run(): void {
    const { scheduler, healed } = this.#simulation
    if (this.#random.chance(0.4)) this.#later()
    if (this.lastSale === 'at_the_end')
      scheduler.after(healed - scheduler.now(), () => {
        if (this.#stopped() !== undefined) this.#sell()
      })
  }

  #later(): void {
    const { scheduler, healed } = this.#simulation
    scheduler.after(this.#random.between(...BETWEEN_MS), () => {
      if (scheduler.now() >= healed) return
      this.#random.pick([this.#order, this.#withdraw, this.#sell, this.#pay]).call(this)
      this.#later()
    })
  }

  /** One that waits far from the price, or one that fills. */
  #order(): void {
    const { scheduler } = this.#simulation
    const { market } = this.#random.pick(MARKETS)
    const bid = this.#venue.market(market).bid(scheduler.now())
    const isFar = this.#random.chance(0.5)
    this.#orders += 1
    const wire: OrderRequest = {
      clientOrderId: `${MANUAL}${this.#orders}`,
      market,
      side: 'buy',
      type: 'limit',
      timeInForce: isFar ? 'GTC' : 'IOC',
      amount: AMOUNTS[market] ?? '1',
      price: decimal(Math.round(bid * (isFar ? 0.5 : 1.01)), PRICE_PLACES),
    }
    this.#venue.orderByHand(wire, scheduler.now())
    this.#simulation.fault('order by hand', `${market} ${wire.timeInForce}`)
  }

  /** Holds what no other order holds: beside a stop that holds nothing also the coins of a position. */
  #sell(): void {
    const { scheduler, healed } = this.#simulation
    const { market } = this.#stopped() ?? this.#random.pick(MARKETS)
    const bid = this.#venue.market(market).bid(scheduler.now())
    this.#orders += 1
    const sale = {
      clientOrderId: `${MANUAL}${this.#orders}`,
      market,
      type: 'limit',
      timeInForce: 'GTC',
      price: decimal(bid * 2, PRICE_PLACES),
    } as const
    if (this.#venue.sellByHand(sale, scheduler.now()) === null) return
    this.#simulation.fault('coins held by hand', market)
    if (scheduler.now() >= healed || this.#random.chance(0.5)) return
    const back = Math.min(this.#random.between(30_000, 150_000), healed - scheduler.now())
    scheduler.after(back, () => void this.#venue.cancel(sale.clientOrderId, scheduler.now()))
  }

  /** In or out: money, or a coin that nobody here trades. */
  #pay(): void {
    const { scheduler } = this.#simulation
    const coin = this.#random.pick(['USDT', 'DOGE'])
    const amount = this.#random.pick(['0.0001', '25', '700.5'])
    const way = this.#random.pick(['paid in', 'paid out'])
    if (way === 'paid in') this.#venue.pay(coin, amount, scheduler.now())
    else this.#venue.takeOut(coin, amount, scheduler.now())
    this.#simulation.fault(way, `${amount} ${coin}`)
  }

  /** Where a stop rests. */
  #stopped(): { readonly market: string } | undefined {
    return [...this.#venue.core.open].find(({ status }) => status === 'waiting')?.request
  }

  /** All of the own ones, and a part of what the positions hold: all of it for a while, or a little for good. */
  #withdraw(): void {
    const { scheduler, healed } = this.#simulation
    const { market } = this.#random.pick(MARKETS)
    if (this.#venue.truth.withdrawn(market) > 0) return
    const amount = this.#random.pick(['0.00001', '0.00005', '0.0007', '0.05', '1'])
    this.#venue.withdraw(market, OWN_COINS + amountUnits(amount), scheduler.now())
    const isForGood = amount !== '1' && this.#random.chance(0.5)
    this.#simulation.fault(isForGood ? 'coins gone' : 'coins withdrawn', market)
    if (isForGood) return
    const back = Math.min(this.#random.between(30_000, 150_000), healed - scheduler.now())
    scheduler.after(back, () => this.#venue.bringBack(market, scheduler.now()))
  }
}
