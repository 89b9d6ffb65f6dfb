// What can be traded in the sandbox, and in which steps.
import type { MarketSetup } from '@keyside/venue'
import Big from 'big.js'

export interface Instrument {
  /** Unified, such as BTC/USDT. */
  readonly symbol: string
  /** On the wire, such as BTCUSDT. */
  readonly id: string
  readonly base: string
  readonly quote: string
  /** Middle of the price's wandering, as a decimal string. */
  readonly price: string
  readonly tickSize: string
  readonly stepSize: string
  readonly minNotional: string
  readonly maxQuantity: string
  readonly maxMarketQuantity: string
}

export type InstrumentSetup = Omit<Instrument, 'id' | 'base' | 'quote'>

export const INSTRUMENTS: readonly InstrumentSetup[] = [
  {
    symbol: 'BTC/USDT',
    price: '60000',
    tickSize: '0.01',
    stepSize: '0.00001',
    minNotional: '5',
    maxQuantity: '9000',
    maxMarketQuantity: '100',
  },
  {
    symbol: 'ETH/USDT',
    price: '3000',
    tickSize: '0.01',
    stepSize: '0.0001',
    minNotional: '5',
    maxQuantity: '9000',
    maxMarketQuantity: '2000',
  },
]

/** Throws a RangeError if price times quantity could need more than the eight decimals a balance has. */
export function createInstrument(setup: InstrumentSetup): Instrument {
  const [base, quote] = setup.symbol.split('/')
  if (!base || !quote)
    throw new RangeError(`expected a symbol such as BTC/USDT, not ${setup.symbol}`)
  if (places(setup.tickSize) + places(setup.stepSize) > 8)
    throw new RangeError(`${setup.symbol}: tick and step together have more than eight decimals`)
  return { ...setup, base, quote, id: base + quote }
}

/** What every venue model is told of it; the rest differs from dialect to dialect. */
export function marketSetupOf({ symbol, base, quote, ...sizes }: Instrument): MarketSetup {
  return {
    symbol,
    base,
    quote,
    tick: sizes.tickSize,
    step: sizes.stepSize,
    maxAmount: sizes.maxQuantity,
    maxMarketAmount: sizes.maxMarketQuantity,
  }
}

/** Decimals of a step such as 0.01. */
export function places(step: string): number {
  return Math.max(0, -new Big(step).e)
}
