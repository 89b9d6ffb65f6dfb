// The venue behind the unit tests' exchange: one price that the test sets, and what becomes of an order by its mode.
import {
  decimals,
  NO_FAULT,
  type Order,
  type OrderEvent,
  type RequestFate,
  Venue,
} from '@keyside/venue'
import type Big from 'big.js'
import type { Placed } from '../core/model/exchange.ts'
import type { PortRequest, PortVenue } from '../venues/adapter/model-port.ts'
import { RULES } from './market-rules.ts'

/**
 * What a new order meets. `fills`, `half`: at the price of now, whole or half, the rest expires. `rests`: nothing, and
 * an IOC stays open too. `lost_rejected`: it is there, never at work, and the answer is lost. `silent`: taken, and no
 * answer ever.
 */
export type Mode =
  | 'fills'
  | 'rests'
  | 'half'
  | 'rejects'
  | 'lost_after'
  | 'lost_before'
  | 'lost_rejected'
  | 'silent'

const NO_ANSWER = { outcome: 'unknown', message: 'no answer' } as const

const FATES: Readonly<Partial<Record<Mode, Partial<RequestFate<Placed>>>>> = {
  rejects: { arrivesAfter: null, answer: rejected('insufficient_funds') },
  lost_before: { arrivesAfter: null, answer: { outcome: 'unknown', message: 'no connection' } },
  lost_after: { answer: NO_ANSWER },
  lost_rejected: { answer: NO_ANSWER, effects: { status: 'rejected' } },
  silent: { answersAfter: null },
}

export function fateOf(mode: Mode): RequestFate<Placed> {
  return { ...NO_FAULT, ...FATES[mode] }
}

export const math = decimals(12)
/** More than any test trades: whether the coins suffice is for `coins` to say. */
export const PLENTY = math.amount.parse('1000000000000')
export const ACCOUNT = 'trader'

export interface OnePrice {
  readonly price: () => string
  readonly mode: () => Mode
}

/** Everything fills at the price of now, or at the order's limit; a stop triggers when the test fills it. */
export function onePriceVenue(
  { price, mode }: OnePrice,
  onEvent: (event: OrderEvent<Big, PortRequest<Big>>) => void,
): PortVenue<Big> {
  const now = () => math.price.parse(price())
  const half = (amount: Big) =>
    math.floor(math.share(amount, '0.5', 'down'), math.amount.parse(RULES.step))
  const step = '0.000000000001'
  const venue = new Venue<Big, PortRequest<Big>>(
    {
      math,
      markets: ['BTC', 'ETH'].map((base) => ({
        symbol: `${base}/USDT`,
        base,
        quote: 'USDT',
        tick: step,
        step,
      })),
      fills: {
        price: now,
        reached: (_, direction) => (direction === 'fall' ? PLENTY : math.zero),
        matches: (order) => {
          const amount = mode() === 'half' ? half(order.amount) : order.amount
          return mode() === 'rests' ? [] : [{ price: withinLimit(order, now()), amount }]
        },
      },
      fees: { rate: '0', rounding: 'down', takenFrom: 'everything' },
    },
    onEvent,
  )
  for (const currency of ['BTC', 'ETH', 'USDT']) venue.wallet(ACCOUNT).deposit(currency, PLENTY)
  return venue
}

export function withinLimit({ request }: Order<Big>, price: Big): Big {
  const { price: limit = price, side } = request
  return (side === 'buy' ? price.gt(limit) : price.lt(limit)) ? limit : price
}

export function rejected(code: string): Placed {
  return { outcome: 'rejected', code, message: 'not enough' }
}
