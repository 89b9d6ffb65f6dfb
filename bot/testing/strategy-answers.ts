// What an engine answers about strategies, and a rule as a trader sends it.
import type { EngineAnswer } from './scripted-engine.ts'

type About<Name extends EngineAnswer['do']> = Extract<EngineAnswer, { do: Name }>

const TRIED_AT = Date.parse('2026-11-27T12:00:00Z') / 1000

export const RULE = `name: mine
market: BTC/USDT
timeframe: 1h
params:
  fast: 12 [5..30]
enter: crossover(ema(fast), ema(26)) and volume > sma(volume, 20) * 2
size: "10 %"
stop: 2 %`

/** Tried on a year. */
export const TRIED: About<'tried'> = {
  do: 'tried',
  name: 'mine',
  streams: ['trial-mine'],
  markets: ['BTC/USDT'],
  timeframe: '1h',
  before: 'device',
  rules: [
    { part: 'enter', text: 'crossover(ema(12), ema(26)) and volume > sma(volume, 20) * 2' },
    { part: 'size', text: '10 % of the allocation' },
    { part: 'stop', text: '2 % below the entry' },
  ],
  params: [{ name: 'fast', value: 12, unit: 'number', from: 5, to: 30 }],
  backtest: {
    ran: 'yes',
    from: TRIED_AT - 365 * 86_400,
    to: TRIED_AT,
    candles: 8_760,
    figures: {
      percent: '11.88',
      hold: '-38.7',
      drawdown: '5.6',
      fees: '4.2',
      trades: 41,
      won: 22,
      open: 1,
      sharpe: '-1.1',
      profitFactor: '1.4',
    },
    series: {
      own: Array.from(
        { length: 100 },
        (_, at) => at * 12 + Math.round(300 * Math.sin(at / 3.15) ** 3),
      ),
      hold: Array.from({ length: 100 }, (_, at) => at * -30 + Math.round(900 * Math.sin(at / 9))),
      falls: Array.from({ length: 100 }, (_, at) => (at % 9) * -70),
    },
    notes: ['3 trades of 41 would have ended otherwise.'],
  },
}

export const LIST: About<'strategies'> = {
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
      name: 'trial-mine',
      from: 'chat',
      market: 'BTC/USDT',
      timeframe: '1h',
      position: 'flat',
      signals: 6,
      model: { since: TRIED_AT - 3 * 86_400, closed: 3, won: 2, percent: '-0.25' },
    },
  ],
}

const { name: _, ...SHOWN } = TRIED
export const ONE: About<'strategy'> = {
  do: 'strategy',
  name: 'trial-mine',
  from: 'chat',
  markets: SHOWN.markets,
  timeframe: SHOWN.timeframe,
  rules: SHOWN.rules,
  params: SHOWN.params,
}
