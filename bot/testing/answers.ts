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
      rows: [
        {
          at: now - 3601,
          market: 'BTC/USDT',
          side: 'buy',
          amount: '0.05',
          price: '64050.1',
          cost: '3202.505',
          fee: { amount: '0.00005', currency: 'BTC' },
        },
        {
          at: now - 90_000,
          market: 'ETH/USDT',
          side: 'sell',
          amount: '2.5',
          price: '3120.5',
          cost: '7801.25',
          result: { gain: '40.2', negative: true, paid: '7841.45' },
        },
      ],
    },
    pause: done,
    resume: done,
    halt: done,
  }
}
