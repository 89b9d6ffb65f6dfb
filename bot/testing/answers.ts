// One answer of each kind, as a device in the middle of its day would give it.
import type { Answer, Instruction } from '@keyside/protocol'
import { orderOf } from './events.ts'

type Question = Exclude<Instruction['do'], 'replay'>

/** `now` in seconds. */
export function answersAt(now: number): Record<Question, Answer> {
  const done = { about: 'done' } as const
  return {
    status: {
      about: 'status',
      state: 'running',
      since: now - 7200,
      pauses: [],
      exchange: { name: 'binance', reachable: true, skewMs: 12 },
      streams: [
        { stream: 'home/ema-cross', market: 'BTC/USDT', seq: 41, headAgeMs: 4000 },
        { stream: 'home/rsi-dip', market: 'ETH/USDT', seq: 0, headAgeMs: null },
      ],
      waiting: 1,
      open: 2,
      unknown: 1,
      positions: 2,
      turnover: { used: '802.625', limit: '2000', currency: 'USDT' },
    },
    balance: {
      about: 'balance',
      rows: [
        { currency: 'USDT', free: '8395.4', used: '802.625', total: '9198.025' },
        { currency: 'BTC', free: '0.04995', used: '0', total: '0.04995' },
        { currency: 'ETH', free: '0', used: '1.25', total: '1.25' },
      ],
    },
    positions: {
      about: 'positions',
      rows: [
        {
          stream: 'home/ema-cross',
          market: 'BTC/USDT',
          amount: '0.04995',
          entry: '64050.1',
          price: '64512.3',
          gain: '23.08689',
          negative: false,
          stop: '63000',
        },
        {
          stream: 'home/rsi-dip',
          market: 'ETH/USDT',
          amount: '1.25',
          entry: '3120.5',
          price: '3101.25',
          gain: '24.0625',
          negative: true,
        },
      ],
    },
    orders: {
      about: 'orders',
      rows: [
        { at: now - 60, order: orderOf(1), status: 'waiting', filled: '0' },
        { at: now - 600, order: orderOf(2), status: 'unknown', filled: '0' },
        {
          at: now - 3600,
          order: orderOf(3, { kind: 'stop', side: 'sell', price: '62370' }),
          status: 'accepted',
          filled: '0',
        },
        { at: now - 3601, order: orderOf(4), status: 'filled', filled: '0.05' },
        {
          at: now - 90_000,
          order: orderOf(5, {
            kind: 'exit',
            side: 'sell',
            amount: '12.5',
            market: 'ETH/USDT',
            price: '3110',
          }),
          status: 'canceled',
          filled: '2.5',
          code: 'not_filled',
        },
      ],
    },
    trades: {
      about: 'trades',
      of: 12,
      rows: [
        {
          number: 12,
          stream: 'home/demo',
          market: 'BTC/USDT',
          reason: 'take_profit',
          opened: now - 7201,
          closed: now - 3601,
          amount: '0.05',
          cost: '3202.505',
          proceeds: '3230.1',
          fees: { USDT: '6.43' },
          result: { gain: '21.165', negative: false, paid: '3205.705' },
        },
        {
          number: 11,
          stream: 'acme/trend',
          market: 'ETH/USDT',
          reason: 'stop',
          opened: now - 186_000,
          closed: now - 90_000,
          amount: '2.5',
          cost: '7841.45',
          proceeds: '7801.25',
          fees: {},
          result: { gain: '40.2', negative: true, paid: '7841.45' },
        },
      ],
    },
    limits: {
      about: 'limits',
      currency: 'USDT',
      order: '500',
      position: '1500',
      hour: { used: '320.5', limit: '1000' },
      day: { used: '802.625', limit: '2000' },
      ordersThisMinute: { used: 1, limit: 6 },
      ordersToday: { used: 3, limit: 60 },
      dayLoss: { used: '5.02', limit: '100', day: 'open' },
      drawdown: { used: '12.5', limit: '300' },
      streams: [
        { stream: 'home/ema-cross', used: '320.5', limit: '1000' },
        { stream: 'acme/trend', used: '0', limit: '500', spent: '4820', budget: '5000' },
      ],
      markets: [{ market: 'BTC/USDT', used: '320.5' }],
    },
    results: {
      about: 'results',
      by: 'period',
      rows: [
        {
          key: 'today',
          currency: 'USDT',
          trades: 1,
          unknown: 0,
          won: 1,
          gain: '21.165',
          negative: false,
          paid: '3205.705',
          fees: { USDT: '6.43' },
        },
        {
          key: 'all',
          currency: 'USDT',
          trades: 12,
          unknown: 1,
          won: 7,
          gain: '119.5',
          negative: true,
          paid: '35205.7',
          fees: { USDT: '70.4', BNB: '0.00412' },
        },
      ],
    },
    pause: {
      about: 'pauses',
      state: 'running',
      pauses: [{ of: 'market', name: 'ETH/USDT', until: now + 7200 }],
    },
    resume: { about: 'pauses', state: 'running', pauses: [] },
    halt: done,
  }
}
