// Claims that are in order, one set a kind and shape; the refused vectors are these with one thing wrong.
import { GENESIS } from '../hash.ts'
import type { Claims } from '../kinds.ts'

/** The moment at which every vector is opened, seconds since 1970. */
export const NOW = 1_795_000_000

const JTI = 'AAECAwQFBgcICQoLDA0ODw'
const SESSION = 'EBESExQVFhcYGRobHB0eHw'
const ORDER = 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg'

const times = { iat: NOW - 1, exp: NOW + 29 }

export const entry: Claims['signal'] = {
  iss: 'home',
  aud: 'executors',
  ...times,
  jti: JTI,
  plan: 'trend',
  sub: 'ema-cross',
  seq: 7,
  prev: ORDER,
  kind: 'entry',
  market: 'BTC/USDT',
  side: 'buy',
  size: { unit: 'percent', value: '10' },
  type: 'market',
  stopPrice: '63700.5',
  referencePrice: '65000.12',
  candle: { timeframe: '1m', start: NOW - 61 },
  reason: 'ema(12) 65012.10 crossed over ema(26) 65001.44, rsi(14) 55.2',
  validUntil: NOW + 59,
}

export const limitEntry: Claims['signal'] = {
  ...entry,
  seq: 1,
  prev: GENESIS,
  type: 'limit',
  limitPrice: '64900',
  size: { unit: 'quote', value: '250.50' },
  takeProfits: [
    { price: '66000', percent: '50' },
    { price: '67000', percent: '50', after: 3600 },
  ],
  trailingStop: { percent: '1.5', from: '2' },
  breakEven: '0.8',
  maxHold: 86_400,
}

export const extended: Claims['signal'] = { ...entry, ext: { model: 'v7', note: 'x'.repeat(490) } }

const { stopPrice: _stop, ...withoutStop } = entry

export const exit: Claims['signal'] = {
  ...withoutStop,
  exp: NOW + 599,
  kind: 'exit',
  side: 'sell',
  size: { unit: 'percent', value: '100' },
  reason: 'ema(12) crossed under ema(26)',
  validUntil: NOW + 599,
}

export const movedStop: Claims['signal'] = {
  ...exit,
  seq: 8,
  kind: 'stop',
  stopPrice: '64350.25',
  reason: 'stop: highest since entry 65800.5',
}

export const emaCross: Claims['head']['streams'][number] = [
  'ema-cross',
  7,
  ORDER,
  'long',
  7,
  NOW - 61,
]

export const head: Claims['head'] = {
  iss: 'home',
  aud: 'executors',
  iat: NOW - 1,
  exp: NOW + 44,
  jti: JTI,
  sub: 'trend',
  streams: [emaCross, ['ema-slow', 0, GENESIS, 'flat', 0, NOW - 3601]],
  keyset: 0,
}

/** The largest: every field of every row as long as it can be. */
export const fullHead: Claims['head'] = {
  ...head,
  streams: Array.from({ length: 64 }, (_, nth) => [
    `${nth}-`.padEnd(32, 'x'),
    Number.MAX_SAFE_INTEGER,
    ORDER,
    'long',
    Number.MAX_SAFE_INTEGER,
    NOW - 61,
  ]),
}

export const alert: Claims['alert'] = {
  iss: 'home',
  aud: 'executors',
  iat: NOW - 1,
  exp: NOW + 599,
  jti: JTI,
  plan: 'trend',
  sub: 'ema-cross',
  market: 'BTC/USDT',
  name: 'hot',
  price: '65000.12',
  candle: { timeframe: '1m', start: NOW - 61 },
  text: 'rsi(14) @ 1h 80.31',
}

const { name: _name, ...withoutName } = alert

export const namelessAlert: Claims['alert'] = withoutName

export const command: Claims['command'] = {
  iss: 'bot',
  aud: 'device',
  ...times,
  jti: JTI,
  sub: 'telegram:10001',
  instruction: { do: 'orders', limit: 10 },
}

export const haltAndSell: Claims['command'] = {
  ...command,
  instruction: { do: 'halt', positions: 'sell' },
}

export const pauseForAWhile: Claims['command'] = {
  ...command,
  instruction: { do: 'pause', what: 'eth/usdt', until: times.iat + 7200 },
}

/** The yes to what the answer below has shown. */
export const closeAsShown: Claims['command'] = {
  ...command,
  instruction: { do: 'close', what: 'btc', percent: 50, shown: ORDER },
}

export const raiseStop: Claims['command'] = {
  ...command,
  instruction: { do: 'protect', what: 'btc/usdt', to: { unit: 'percent', value: '2.5' } },
}

export const tightenDay: Claims['command'] = {
  ...command,
  instruction: { do: 'tighten', setting: 'limits.day', to: '500', step: 'apply', from: '2000' },
}

export const looseningForMarket: Claims['command'] = {
  ...command,
  instruction: {
    do: 'request_loosening',
    setting: 'markets.SOL/USDT',
    to: 'allowed',
    step: 'preview',
  },
}

export const tellPrice: Claims['command'] = {
  ...command,
  instruction: {
    do: 'price_alert',
    market: 'eth',
    threshold: { is: 'move', percent: '5', within: 3600 },
    repeats: 'always',
  },
}

export const summaryOfDay: Claims['command'] = {
  ...command,
  instruction: { do: 'summary', since: NOW - 86_400, until: NOW },
}

export const askWhy: Claims['command'] = { ...command, instruction: { do: 'why', order: ORDER } }

export const approval: Claims['approval'] = {
  iss: 'bot',
  aud: 'device',
  ...times,
  jti: JTI,
  sub: 'telegram:10001',
  order: ORDER,
  answer: 'approve',
}

export const less: Claims['approval'] = { ...approval, answer: 'less', value: '49.97' }

export const codedApproval: Claims['approval'] = { ...approval, code: '004217' }

const order = {
  id: ORDER,
  signal: JTI,
  stream: 'home/ema-cross',
  kind: 'entry' as const,
  market: 'BTC/USDT',
  side: 'buy' as const,
  amount: '0.00153',
  price: '65325.12',
  value: '99.9474336',
  clientOrderId: '00112233445566778899aabbccddeeff',
}

export const report: Claims['report'] = {
  iss: 'device',
  aud: 'bot',
  iat: NOW - 1,
  exp: NOW + 3600,
  jti: JTI,
  seq: 12,
  session: SESSION,
  at: NOW - 2.125,
  event: {
    type: 'order',
    status: 'filled',
    order,
    filled: '0.00153',
    average: '65003.4',
    fees: [{ amount: '0.00000153', currency: 'BTC' }],
  },
}

export const sold: Claims['report'] = {
  ...report,
  event: {
    type: 'order',
    status: 'filled',
    order: { ...order, kind: 'exit', side: 'sell', price: '64500', value: '98.685' },
    filled: '0.00152',
    average: '65500.5',
    fees: [{ amount: '0.09956', currency: 'USDT' }],
    result: {
      gain: '0.66',
      negative: false,
      paid: '98.8',
      held: 14_400,
      besides: [{ amount: '0.00001', currency: 'BNB' }],
    },
    reason: 'ema(12) crossed under ema(26)',
  },
}

const card: Extract<Claims['report']['event'], { type: 'approval' }> = {
  type: 'approval',
  order,
  market: '65000.12',
  stop: '63700.5',
  risk: '2.48',
  allocation: '500',
  reason: entry.reason,
  asked: 'the same order, again within 60 s',
  expires: NOW + 59,
  timeframe: '1m',
  candles: [[NOW - 61, '64990', '65010.5', '64980', '65000.12']],
}

export const approvalNeeded: Claims['report'] = { ...report, event: card }

export const mappedApproval: Claims['report'] = {
  ...report,
  event: { ...card, signalled: { market: 'BTC/USDC', price: '65020.5' } },
}

export const why: Claims['report'] = {
  ...report,
  event: {
    type: 'answer',
    to: JTI,
    answer: {
      about: 'why',
      order: ORDER,
      reason: entry.reason,
      checks: [
        { rule: 'size.max', verdict: 'pass', used: '99.9474336', limit: '500', unit: 'money' },
        { rule: 'confirm.above', verdict: 'ask' },
      ],
    },
  },
}

export const askedAgain: Claims['report'] = {
  ...report,
  event: {
    ...card,
    again: { times: 2, why: 'price', price: '64800.5', value: '99.6', risk: '2.1' },
    held: { amount: '0.002', cost: '129.4', streams: 1 },
    exits: {
      takeProfits: [{ price: '66000', percent: '50' }],
      trailingStop: { percent: '1.5', from: '2' },
      breakEven: '1',
      maxHold: 86_400,
    },
  },
}

export const codeNeeded: Claims['report'] = { ...report, event: { ...card, code: 'needed' } }

export const alerted: Claims['report'] = {
  ...report,
  event: {
    type: 'alert',
    stream: 'home/ema-cross',
    market: 'BTC/USDT',
    name: 'hot',
    text: 'rsi(14) @ 1h 80.31',
    price: '65000.12',
    timeframe: '1m',
    closed: NOW - 1,
  },
}

export const summarized: Claims['report'] = {
  ...report,
  event: {
    type: 'answer',
    to: JTI,
    answer: {
      about: 'summary',
      since: NOW - 86_400,
      until: NOW,
      results: [
        {
          key: 'all',
          currency: 'USDT',
          trades: 1,
          won: 0,
          unknown: 0,
          gain: '5.02',
          negative: true,
          paid: '100',
          fees: { USDT: '0.2' },
          feesValue: '0.2',
        },
      ],
      curve: {
        currency: 'USDT',
        since: NOW - 86_400,
        until: NOW,
        points: [[NOW - 3600, '5.02', true]],
        deepest: '5.02',
        below: '5.02',
      },
      state: 'running',
      positions: 1,
      unpriced: 1,
      held: [],
      limits: [{ name: 'limits.orders_per_day', used: '3', limit: '60' }],
      standing: [{ code: 'limit_near', about: 'limits.day_loss', since: NOW - 3600 }],
    },
  },
}

export const priceThere: Claims['report'] = {
  ...report,
  event: {
    type: 'price_alert',
    number: 3,
    market: 'ETH/USDT',
    threshold: { is: 'above', price: '3000' },
    repeats: 'once',
    price: '3012.5',
    missed: { since: NOW - 3600, until: NOW - 10 },
  },
}

export const balance: Claims['report'] = {
  ...report,
  event: {
    type: 'answer',
    to: JTI,
    answer: {
      about: 'balance',
      rows: [
        { currency: 'USDT', free: '899.5', used: '100.5', total: '1000', value: '1000' },
        { currency: 'BTC', free: '0.00153', used: '0', total: '0.00153', value: '99.455' },
        { currency: 'XYZ', free: '12', used: '0', total: '12' },
      ],
      more: 79,
      worth: { amount: '1100.655', currency: 'USDT', coins: 3 },
      dust: { coins: 1, value: '1.2' },
      allocated: { currency: 'USDT', used: '120.25', limit: '1000' },
    },
  },
}

export const profit: Claims['report'] = {
  ...report,
  event: {
    type: 'answer',
    to: JTI,
    answer: {
      about: 'results',
      by: 'period',
      rows: [
        {
          key: 'all',
          currency: 'USDT',
          trades: 2,
          won: 1,
          unknown: 0,
          gain: '2.5',
          negative: true,
          paid: '640.2',
          fees: { USDT: '1.28' },
          feesValue: '1.28',
        },
      ],
      curve: {
        currency: 'USDT',
        since: NOW - 86_400,
        until: NOW,
        points: [
          [NOW - 7_200, '4.5', false],
          [NOW - 60, '2.5', true],
        ],
        deepest: '7',
        below: '7',
      },
      drawdown: { currency: 'USDT', used: '8.1', limit: '300' },
    },
  },
}

export const sale: Claims['report'] = {
  ...report,
  event: {
    type: 'answer',
    to: JTI,
    answer: {
      about: 'trade',
      row: {
        number: 2,
        stream: 'home/ema-cross',
        market: 'BTC/USDT',
        reason: 'stop',
        opened: NOW - 3_600,
        closed: NOW - 60,
        amount: '0.005',
        cost: '325',
        proceeds: '318.6',
        fees: { USDT: '0.64' },
        feesValue: '0.64',
        result: { gain: '7', negative: true, paid: '325.3' },
      },
      of: 2,
      bought: 'ema(12) 65000.12 crossed above ema(26) 64980.5',
      sold: 'stop',
      stops: [[NOW - 3_599, '63720']],
      timeframe: '5m',
      candles: [[NOW - 3_600, '65000', '65010.5', '64990', '65002']],
    },
  },
}

export const whatACloseSells: Claims['report'] = {
  ...report,
  event: {
    type: 'answer',
    to: JTI,
    answer: {
      about: 'close',
      what: 'btc',
      percent: 50,
      rows: [
        {
          stream: 'home/ema-cross',
          market: 'BTC/USDT',
          held: '0.00153',
          amount: '0.00076',
          rest: '0.00077',
          price: '65000.12',
          least: '63700.12',
          stop: '64000',
          takeProfits: 2,
        },
      ],
      shown: ORDER,
    },
  },
}

export const presence: Claims['presence'] = {
  iss: 'home',
  aud: 'home',
  iat: NOW - 1,
  exp: NOW + 86_400,
  jti: JTI,
  sub: 'home',
  state: 'online',
  versions: [1],
}

export const devicePresence: Claims['presence'] = {
  ...presence,
  iss: 'device',
  sub: 'device',
  reports: 12,
  session: SESSION,
  journal: ORDER,
}

export const presenceAtProvider: Claims['presence'] = {
  ...presence,
  iss: 'device',
  aud: 'acme',
  sub: 'device',
  versions: [1, 2],
}

export const access: Claims['access'] = {
  iss: 'authority',
  aud: 'broker',
  iat: NOW - 1,
  exp: NOW + 86_400,
  jti: JTI,
  sub: 'bot',
  acl: { publish: ['keyside/v1/command/device'], subscribe: ['keyside/v1/report/device'] },
}
