// Any exchange that ccxt knows, as a source of candles that closed: its public side alone, and no keys.
import { existsSync, readdirSync } from 'node:fs'
import { toDecimal } from '@keyside/protocol'
import { describeError, KeysideError, rebaseUrls } from '@keyside/runtime'
import type { MakeAgent } from '@keyside/runtime/web'
import Big from 'big.js'
import type ccxt from 'ccxt'
import type { Exchange } from 'ccxt'
import { sendThrough } from '../market/exchange-proxy.ts'
import type { CandleSet } from './candle-store.ts'
import type { MarketRules } from './market-rules.ts'

/** As the exchange gave them: Unix seconds, open, high, low, close, volume. NaN for what it left out. */
export type Row = readonly number[]

export interface CandleSource {
  /** As people call it. */
  readonly name: string
  /** The most candles that one answer holds. */
  readonly pageSize: number
  /** What it asks of orders on this market; null where it does not tell a step. */
  readonly rules: Omit<MarketRules, 'read'> | null
  /** The exchange's time, Unix ms; null where it does not tell. */
  time(): Promise<number | null>
  /** From `since` on, Unix seconds. Throws what `isPassing` tells of. */
  page(since: number): Promise<Row[]>
  /** Whether it may go better in a while: the network, a limit. */
  isPassing(error: unknown): boolean
}

/** How far an empty answer may be trusted where nobody says how many candles one holds. */
const SMALL_PAGE = 100

/** Beside ccxt's one module with all exchanges, which takes half a second to load. */
const place = (file: string) => new URL(`./src/${file}`, import.meta.resolve('ccxt'))

/** `address`: of another server that speaks its dialect; `makeAgent`: where it goes through a proxy. Throws `exchange_unknown`, `market_unknown`. */
export async function openSource(
  { exchange: name, market, timeframe }: CandleSet,
  address: string | null,
  makeAgent?: MakeAgent,
): Promise<CandleSource> {
  const exchange = await load(name, market)
  sendThrough(exchange, makeAgent)
  if (address !== null) {
    const { api } = exchange.urls
    if (typeof api !== 'object') throw new TypeError('expected a table of URLs in ccxt')
    exchange.urls['api'] = rebaseUrls(api, address)
  }
  const { NetworkError }: Pick<typeof ccxt, 'NetworkError'> = await import(
    place('base/errors.js').href
  )
  const isPassing = (error: unknown) => error instanceof NetworkError
  await exchange.loadMarkets().catch((error) => {
    throw interrupted(name, error)
  })
  refuseUnknown(exchange, market, timeframe)
  const limit: number | undefined = exchange.featureValue(market, 'fetchOHLCV', 'limit')
  return {
    name,
    pageSize: limit ?? SMALL_PAGE,
    rules: rulesOf(exchange, market),
    time: async () =>
      exchange.has['fetchTime'] === true ? ((await exchange.fetchTime()) ?? null) : null,
    page: async (since) => {
      const rows = await exchange.fetchOHLCV(market, timeframe, since * 1000, limit)
      return rows.map(([time, ...prices]) => [
        Number(time) / 1000,
        ...prices.map((price) => Number(price ?? Number.NaN)),
      ])
    },
    isPassing,
  }
}

/** ccxt's ways to say how amounts are rounded: by digits behind the point, or by a smallest step. */
const [DECIMAL_PLACES, TICK_SIZE] = [2, 4]

function rulesOf(exchange: Exchange, name: string): CandleSource['rules'] {
  const { precision, limits, taker } = exchange.market(name)
  const amount = precision.amount
  if (amount === undefined) return null
  const mode = exchange.precisionMode
  if (mode !== TICK_SIZE && mode !== DECIMAL_PLACES) return null
  const step = mode === TICK_SIZE ? new Big(amount) : new Big(10).pow(-amount)
  return {
    exchange: exchange.id,
    market: name,
    step: toDecimal(step),
    leastAmount: toDecimal(new Big(limits.amount?.min ?? 0)),
    leastValue: toDecimal(new Big(limits.cost?.min ?? 0)),
    fee: taker === undefined ? null : toDecimal(new Big(taker).times(100)),
  }
}

/** What the exchange, or ccxt, says about it is in the sentence. */
export function interrupted(name: string, error: unknown): KeysideError {
  return new KeysideError(
    'download_interrupted',
    `${name} gives no candles: ${describeError(error).message}; what came is kept: run the same command again to go on`,
    error,
  )
}

async function load(name: string, market: string): Promise<Exchange> {
  if (!/^[a-z0-9]{1,40}$/.test(name) || !existsSync(place(`${name}.js`)))
    throw new KeysideError('exchange_unknown', `no exchange is called "${name}"${similar(name)}`)
  const { default: Class }: { default: typeof Exchange } = await import(place(`${name}.js`).href)
  // Binance's futures are another service, which some networks do not reach.
  const isSpot = name === 'binance' && !market.includes(':')
  return new Class({ enableRateLimit: true, options: isSpot ? SPOT_ALONE : {} })
}

const SPOT_ALONE = {
  fetchMarkets: { types: ['spot'] },
  fetchCurrencies: false,
  fetchMargins: false,
}

function similar(name: string): string {
  const all = readdirSync(place('')).flatMap((file) =>
    file.endsWith('.js') ? file.slice(0, -3) : [],
  )
  const near = all.filter((one) => one.slice(0, 4) === name.toLowerCase().slice(0, 4))
  return near.length === 0
    ? ': write it as ccxt does, such as binance or kraken'
    : `: did you mean ${near.join(' or ')}?`
}

function refuseUnknown(exchange: Exchange, market: string, timeframe: string): void {
  const isKnown = Object.hasOwn(exchange.markets ?? {}, market)
  const hasTimeframe = Object.hasOwn(exchange.timeframes ?? {}, timeframe)
  if (isKnown && hasTimeframe && exchange.has['fetchOHLCV'] === true) return
  const plain = (text: string) => text.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')
  const near = Object.keys(exchange.markets ?? {}).find((each) => plain(each) === plain(market))
  const what = isKnown
    ? `it has ${Object.keys(exchange.timeframes ?? {}).join(', ')}`
    : near === undefined
      ? 'write the market as BTC/USDT'
      : `did you mean ${near}?`
  throw new KeysideError(
    'market_unknown',
    `${exchange.id} has no candles of ${market} ${timeframe}: ${what}`,
  )
}
