// A venue for tests: two markets whose price a test sets, in whole numbers or decimals.
import { type Arithmetic, wholeNumbers } from '../arithmetic.ts'
import type { FillModel } from '../fill-model.ts'
import { BookFills } from '../fill-models.ts'
import type { MarketSetup } from '../market.ts'
import type { OrderEvent, VenueOptions } from '../options.ts'
import type { OrderRequest, OrderType, Side, TimeInForce } from '../order.ts'
import { Venue } from '../venue.ts'

const START = Date.UTC(2026, 10, 23)
export const BTC: MarketSetup = {
  symbol: 'BTC/USDT',
  base: 'BTC',
  quote: 'USDT',
  tick: '0.01',
  step: '0.00001',
  maxAmount: '9000',
  maxMarketAmount: '100',
  maxPrice: '1000000',
  minValue: '5',
  priceBand: { up: '5', down: '0.2' },
  maxOrders: 20,
  maxStops: 5,
}

/** As decimal text. */
export interface Wish {
  readonly name?: string
  readonly side?: Side
  readonly type?: OrderType
  readonly timeInForce?: TimeInForce
  readonly amount?: string
  readonly value?: string
  readonly price?: string
  readonly trigger?: string
}

export const WHOLE = wholeNumbers({ amount: 8, price: 2 })

export interface PathOptions<N> extends Partial<Omit<VenueOptions<N>, 'math'>> {
  readonly math: Arithmetic<N>
  /** Offered on each level, base; levels are one quote apart. */
  readonly depth?: string
  readonly levels?: number
}

/** An account `a` with 10 BTC and 500 000 USDT, and a book of one price that the test moves. */
export function openVenue<N>(options: PathOptions<N>) {
  const { math, depth = '1', levels = 3 } = options
  const events: OrderEvent<N, OrderRequest<N>>[] = []
  const state = { price: 60_000, now: START, version: 0 }
  const side = (sign: 1 | -1) =>
    Array.from({ length: levels }, (_, at) => ({
      price: math.price.parse(String(state.price + sign * (at + 1))),
      amount: math.amount.parse(depth),
    }))
  const book: FillModel<N> = new BookFills(math, {
    price: () => math.price.parse(String(state.price)),
    book: () => ({ version: state.version, bids: side(-1), asks: side(1) }),
  })
  const venue = new Venue<N>(
    {
      markets: [BTC],
      fills: book,
      fees: { rate: '0.001', rounding: 'down', takenFrom: 'everything' },
      ...options,
    },
    (event) => events.push(event),
  )
  venue.wallet('a').deposit('BTC', math.amount.parse('10'))
  venue.wallet('a').deposit('USDT', math.value.parse('500000'))
  let names = 0
  const request = (wish: Wish): OrderRequest<N> => {
    names += 1
    const { name = `order-${names}`, side = 'buy', type = 'limit', timeInForce = 'GTC' } = wish
    return {
      account: 'a',
      clientOrderId: name,
      market: BTC.symbol,
      side,
      type,
      timeInForce,
      amount: wish.amount === undefined ? undefined : math.amount.parse(wish.amount),
      value: wish.value === undefined ? undefined : math.value.parse(wish.value),
      price: wish.price === undefined ? undefined : math.price.parse(wish.price),
      triggerPrice: wish.trigger === undefined ? undefined : math.price.parse(wish.trigger),
    }
  }
  const submit = (wish: Wish, effects = {}) => venue.submit(request(wish), state.now, effects)
  return {
    venue,
    events,
    state,
    submit,
    /** Throws where it is rejected. */
    place: (wish: Wish, effects = {}) => {
      const submitted = submit(wish, effects)
      if (submitted.outcome === 'rejected') throw new Error(submitted.reason)
      return submitted.order
    },
    /** The price is another one from now on, 1 s later. */
    move: (price: number) => {
      Object.assign(state, { price, now: state.now + 1_000, version: state.version + 1 })
      venue.advance(state.now)
    },
    free: (currency: string) =>
      (currency === 'BTC' ? math.amount : math.value).format(venue.wallet('a').free(currency)),
    held: (currency: string) =>
      (currency === 'BTC' ? math.amount : math.value).format(venue.wallet('a').held(currency)),
    total: (currency: string) =>
      (currency === 'BTC' ? math.amount : math.value).format(venue.wallet('a').total(currency)),
  }
}
