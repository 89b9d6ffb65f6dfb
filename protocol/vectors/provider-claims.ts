// Claims in order of what a provider and its subscribers say to each other; see claims.ts.
import type { Keyset } from '../claims/keyset.ts'
import { hashText } from '../hash.ts'
import type { Claims } from '../kinds.ts'
import { sign } from '../sign.ts'
import { access, alert, entry, exit, NOW } from './claims.ts'
import { AUTHORITY, NEWCOMER, PROVIDER, ROOTS, STRANGER } from './keys.ts'

const JTI = 'ICEiIyQlJicoKSorLC0uLw'
const DAY = 86_400
const times = { iat: NOW - 1, exp: NOW + 29 }

export const [ROOT_1, ROOT_2, ROOT_3] = ROOTS

const sorted = (...keys: readonly { key: { publicKey: string } }[]) =>
  keys.map(({ key }) => key.publicKey).sort()

export const firstRoot = { keys: sorted(ROOT_1), threshold: 1 }
/** Two of three must sign. */
export const secondRoot = { keys: sorted(ROOT_1, ROOT_2, ROOT_3), threshold: 2 }

export const keyset: Keyset = {
  iss: 'acme',
  aud: 'executors',
  iat: NOW - 1,
  exp: NOW + 30 * DAY,
  jti: JTI,
  version: 7,
  roots: [firstRoot],
  keys: [
    {
      key: PROVIDER.key.publicKey,
      kinds: ['signal', 'head', 'alert', 'response', 'answer'],
      plans: ['trend'],
      markets: ['BTC/USDT', 'SOL/USDT'],
      until: NOW + 10 * DAY,
    },
  ],
  revoked: [STRANGER.key.kid],
  plans: [
    {
      plan: 'trend',
      about: 'follows the trend on two markets',
      markets: ['BTC/USDT', 'ETH/USDT'],
      terms: { version: 2, text: 'No advice.\nYou may lose what you put in.' },
    },
    { plan: 'reversion', about: 'buys what fell', markets: ['BTC/USDT'] },
  ],
  addresses: [
    { url: 'mqtts://broker.example:8883', tls: `pin:${hashText('SPKI')}` },
    { url: 'mqtts://[2001:db8::1]:8883', tls: 'ca' },
  ],
  wire: [{ version: 1, until: NOW + 365 * DAY }, { version: 2 }],
}

export const rotated: Keyset = { ...keyset, version: 8, roots: [firstRoot, secondRoot] }

export const ofProvider: Claims['signal'] = { ...entry, iss: 'acme' }

export const alertOfProvider: Claims['alert'] = { ...alert, iss: 'acme' }

export const catalogueRequest: Claims['request'] = {
  iss: 'device-7',
  aud: 'acme',
  ...times,
  jti: JTI,
  ask: { do: 'catalogue', plan: 'trend' },
}

export const replayRequest: Claims['request'] = {
  ...catalogueRequest,
  ask: { do: 'replay', plan: 'trend', stream: 'ema-cross', after: 6 },
}

export const accessRequest: Claims['request'] = { ...catalogueRequest, ask: { do: 'access' } }

export const catalogue: Claims['response'] = {
  iss: 'acme',
  aud: 'device-7',
  ...times,
  jti: JTI,
  to: catalogueRequest.jti,
  answer: {
    do: 'catalogue',
    plan: 'trend',
    streams: [
      { stream: 'ema-cross', market: 'BTC/USDT', timeframe: '1m', about: 'two moving averages' },
    ],
  },
}

/** The largest: every field of every row as long as it can be, but for the market. */
export const fullCatalogue: Claims['response'] = {
  ...catalogue,
  answer: {
    do: 'catalogue',
    plan: 'trend'.padEnd(32, 'x'),
    streams: Array.from({ length: 64 }, (_, nth) => ({
      stream: `${nth}-`.padEnd(32, 'x'),
      market: 'MATIC/USDT',
      timeframe: '15m',
      about: `${nth} `.padEnd(60, 'x'),
    })),
  },
}

export const replay: Claims['response'] = {
  ...catalogue,
  answer: {
    do: 'replay',
    plan: 'trend',
    stream: 'ema-cross',
    tokens: [entry, exit].map((claims) => sign('signal', { ...claims, iss: 'acme' }, PROVIDER.key)),
    more: false,
  },
}

export const accessResponse: Claims['response'] = {
  ...catalogue,
  answer: { do: 'access', token: sign('access', access, AUTHORITY.key) },
}

export const refusal: Claims['response'] = {
  ...catalogue,
  answer: { do: 'refused', code: 'plan_unknown', message: 'there is no such plan for you' },
  ext: { help: 'ask for one of yours' },
}

export const entryIntent: Extract<Claims['intent'], { kind: 'entry' }> = {
  iss: 'my-model',
  aud: 'acme',
  sub: 'my-model',
  iat: NOW - 1,
  exp: NOW + 29,
  jti: JTI,
  kind: 'entry',
  market: 'BTC/USDT',
  referencePrice: '65000.12',
  reason: 'p(up) 0.71',
  size: { unit: 'percent', value: '10' },
  stopPrice: '63700.5',
}

export const fullIntent: Claims['intent'] = {
  ...entryIntent,
  takeProfits: [
    { price: '66000', percent: '50' },
    { price: '67000', percent: '50', after: 3600 },
  ],
  trailingStop: { percent: '1.5', from: '2' },
  breakEven: '0.8',
  maxHold: 86_400,
  validFor: 120,
}

const { stopPrice: _stop, ...withoutStop } = entryIntent

export const exitIntent: Claims['intent'] = {
  ...withoutStop,
  kind: 'exit',
  size: { unit: 'percent', value: '100' },
  reason: 'p(up) 0.44',
}

export const intentAccepted: Claims['result'] = {
  iss: 'acme',
  aud: 'my-model',
  sub: 'my-model',
  ...times,
  jti: JTI,
  to: hashText('the intent'),
  answer: { do: 'accepted', seq: 7, signal: entry.jti },
}

export const intentRefused: Claims['result'] = {
  ...intentAccepted,
  answer: { do: 'refused', code: 'intent_without_stop', message: 'an entry needs a stopPrice' },
}

export const accepted: Claims['answer'] = {
  iss: 'acme',
  aud: NEWCOMER.key.kid,
  ...times,
  jti: JTI,
  invitation: 'alice-1',
  to: hashText('the enrolment'),
  access: sign('access', access, AUTHORITY.key),
  client: 'device-7',
  plans: ['trend'],
  until: NOW + 365 * DAY,
}

export const declined: Claims['answer'] = {
  iss: 'acme',
  aud: NEWCOMER.key.kid,
  ...times,
  jti: JTI,
  invitation: 'alice-1',
  to: hashText('the enrolment'),
  refused: { code: 'invitation_used', message: 'another device has used this invitation' },
}
