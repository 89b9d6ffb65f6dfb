// A dialect without a network, on a clock that only the test turns: signed questions, and what comes back.
import { createHmac } from 'node:crypto'
import { systemRandomBytes } from '@keyside/runtime'
import { manualClock, stoppedClock } from '../../market/manual-clock.ts'
import { CALM, Market } from '../../market/market.ts'
import { Book } from '../book.ts'
import type { RestRequest } from '../http.ts'
import { Listings } from '../listings.ts'
import type { VenueDialect } from '../opened-venue.ts'

const KEYS = { apiKey: 'apiKey', secret: 'secret', passphrase: 'passphrase' }

export type Fields = Readonly<Record<string, string | number>>

type Headers = (request: Omit<RestRequest, 'headers'>, now: number) => RestRequest['headers']

export function openDialect(dialect: VenueDialect, headersOf: Headers) {
  const clock = manualClock(stoppedClock(1_790_000_000_000))
  const market = new Market({ seed: 1, wave: CALM })
  const { apiKey, secret, passphrase } = KEYS
  const { api } = dialect.open({
    market,
    book: new Book(market),
    listings: new Listings(),
    accounts: [
      {
        name: 'one',
        apiKey,
        passphrase,
        credential: { secret },
        balances: { BTC: '10', USDT: '100000' },
      },
    ],
    clock,
    randomBytes: systemRandomBytes,
    skewMs: () => 0,
  })
  /** The body that comes back, with a refusal as well. */
  const ask = (route: string, fields: Fields = {}): unknown => {
    const isGet = route.startsWith('GET ')
    const texts = Object.entries(fields).map(([name, value]): [string, string] => [
      name,
      String(value),
    ])
    const query = isGet ? new URLSearchParams(texts).toString() : ''
    const request = { route, query, body: isGet ? '' : JSON.stringify(fields) }
    try {
      return api.admit({ ...request, headers: headersOf(request, clock.now()) })({})
    } catch (error) {
      const refused = api.refused(error)
      if (refused === null) throw error
      return refused.body
    }
  }
  return { clock, ask }
}

/** As Bybit's clients sign. */
export const bybitHeaders: Headers = ({ query, body }, now) => ({
  'x-bapi-api-key': KEYS.apiKey,
  'x-bapi-timestamp': String(now),
  'x-bapi-recv-window': '5000',
  'x-bapi-sign': hmac(`${now}${KEYS.apiKey}5000${query}${body}`).toString('hex'),
})

/** As OKX's clients sign. */
export const okxHeaders: Headers = ({ route, query, body }, now) => {
  const stamp = new Date(now).toISOString()
  const path = `${route.replace(' ', '')}${query === '' ? '' : `?${query}`}`
  return {
    'ok-access-key': KEYS.apiKey,
    'ok-access-passphrase': KEYS.passphrase,
    'ok-access-timestamp': stamp,
    'ok-access-sign': hmac(`${stamp}${path}${body}`).toString('base64'),
  }
}

function hmac(payload: string): Buffer {
  return createHmac('sha256', KEYS.secret).update(payload).digest()
}
