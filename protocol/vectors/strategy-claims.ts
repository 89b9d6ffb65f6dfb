// Claims in order of what a bot asks the engine of its own home, and is answered; see claims.ts.
import type { VerifyCode } from '../codes.ts'
import type { Claims } from '../kinds.ts'
import { NOW } from './claims.ts'
import { signPayload } from './forge.ts'
import { BOT } from './keys.ts'

const JTI = 'MDEyMzQ1Njc4OTo7PD0-Pw'
const times = { iat: NOW - 1, exp: NOW + 29 }
const DAY = 86_400

const TEXT = `name: mine
market: BTC/USDT
timeframe: 1h
params:
  fast: 12 [5..30]
enter: crossover(ema(fast), ema(26))
size: 10 %
stop: 2 * atr(14)
`

export const listRequest: Claims['request'] = {
  iss: 'bot',
  aud: 'home',
  ...times,
  jti: JTI,
  ask: { do: 'strategies' },
}

const asking = (ask: Claims['request']['ask']): Claims['request'] => ({ ...listRequest, ask })

export const oneRequest = asking({ do: 'strategy', name: 'mine' })
export const tryRequest = asking({ do: 'try', text: TEXT })
/** As long as it can be. */
export const longTryRequest = asking({ do: 'try', text: `#${'é'.repeat(2_798)}` })
export const tuneRequest = asking({ do: 'tune', name: 'mine', params: { fast: 13 } })
export const dropRequest = asking({ do: 'drop', name: 'mine' })

const answering = (answer: Claims['response']['answer']): Claims['response'] => ({
  iss: 'home',
  aud: 'bot',
  ...times,
  jti: JTI,
  to: listRequest.jti,
  answer,
})

export const list = answering({
  do: 'strategies',
  rows: [
    {
      name: 'ema-cross',
      from: 'device',
      market: 'BTC/USDT',
      timeframe: '5m',
      position: 'long',
      signals: 41,
    },
    {
      name: 'mine',
      from: 'chat',
      market: 'BTC/USDT',
      timeframe: '1h',
      position: 'flat',
      signals: 6,
      model: { since: NOW - 3 * DAY, closed: 3, won: 2, percent: '-0.25' },
    },
  ],
  more: 2,
})

const shown = {
  name: 'mine',
  timeframe: '1h',
  rules: [
    { part: 'enter', text: 'crossover(ema(12), ema(26))' },
    { part: 'size', text: '10 % of the allocation' },
    { part: 'stop', text: '2 * atr(14) below the entry' },
  ],
  params: [{ name: 'fast', value: 12, unit: 'number' as const, from: 5, to: 30 }],
}

export const one = answering({ do: 'strategy', from: 'chat', markets: ['BTC/USDT'], ...shown })

const tried = {
  do: 'tried' as const,
  streams: ['trial-mine'],
  markets: ['BTC/USDT'],
  before: 'nothing' as const,
  ...shown,
}

export const triedOnAYear = answering({
  ...tried,
  backtest: {
    ran: 'yes',
    from: NOW - 365 * DAY,
    to: NOW,
    candles: 8_760,
    figures: {
      percent: '12.4',
      hold: '-3',
      drawdown: '6.61',
      fees: '4.2',
      trades: 41,
      won: 22,
      open: 1,
      sharpe: '1.1',
      profitFactor: '1.4',
    },
    series: { own: [0, 310, 1240], hold: [0, 120, -300], falls: [0, -661, -20] },
    notes: ['3 of 40 trades would have ended otherwise with another order of prices.'],
  },
})

export const triedWithoutCandles = answering({
  ...tried,
  backtest: { ran: 'no', code: 'candles_missing', message: 'there are no candles' },
})

export const mistakes = answering({
  do: 'mistakes',
  problems: [{ line: 6, column: 8, message: 'enter: unknown name "croossover"' }],
  more: 1,
})

export const dropped = answering({ do: 'dropped', name: 'mine' })

const refused = (name: string, code: VerifyCode, change: object) => ({
  name,
  vector: {
    kinds: ['request'],
    audience: 'home',
    topic: 'keyside/v1/request/home/bot',
    now: NOW,
    token: signPayload(JSON.stringify({ ...listRequest, ...change }), 'request', BOT),
    code,
  },
})
const refusedTry = (name: string, more: object) =>
  refused(`request-try-${name}`, 'claims_invalid', { ask: { do: 'try', text: TEXT, ...more } })

export const REFUSED_STRATEGIES = [
  refusedTry('4001-characters', { text: 'x'.repeat(4_001) }),
  refusedTry('5602-bytes', { text: 'é'.repeat(2_800) }),
  refusedTry('with-a-control-character', { text: 'name: mine\u0007' }),
  refusedTry('with-a-file', { file: '../mine.yaml' }),
  refused('request-drop-a-path', 'claims_invalid', { ask: { do: 'drop', name: '../mine' } }),
  refused('request-tune-with-a-text', 'claims_invalid', {
    ask: { do: 'tune', name: 'mine', params: { fast: '13' } },
  }),
  refused('request-of-another-bot', 'issuer_mismatch', { iss: 'bot-2' }),
]
