// What published strategies of freqtrade use, and how a strategy file says the same.
//
// In full: a file says it, and the same is done at the same moment: rules at a closed candle, prices that the device keeps
// once the entry has named them. What freqtrade decides at a candle's close and acts on at once counts so too, and so does
// what it looks at once a candle in a backtest and every few seconds live (custom_exit, custom_stoploss): of those whose
// stop moves so the count has a line of its own.
// Nearly: the trader's policy says it and not the strategy, or a rule at closed candles sells what freqtrade would not have.
// By code: in full, by a file in TypeScript, which may remember what it likes between candles.

/** A file that says it, as fields of a strategy; or why there is none. */
export type Answer =
  | {
      readonly how: 'language'
      readonly fields: Readonly<Record<string, string>>
      /** By a stop that moves at the close of a candle. */
      readonly moves?: true
    }
  | {
      readonly how: 'near'
      readonly fields: Readonly<Record<string, string>>
      readonly but: string
    }
  /** What stands in `build` of a file in TypeScript. */
  | { readonly how: 'code'; readonly build: string }
  | { readonly how: 'no' }

const language = (fields: Readonly<Record<string, string>>): Answer => ({ how: 'language', fields })
const enter = (rule: string): Answer => language({ enter: rule })
const code = (build: string): Answer => ({ how: 'code', build })
const no: Answer = { how: 'no' }
/** Where the stop is at a candle's close, and when. */
const move = (to: string, when?: string): Answer => ({
  how: 'language',
  fields: { move_stop: `[{ to: "${to}"${when === undefined ? '' : `, when: "${when}"`} }]` },
  moves: true,
})

/** By the names in the feature table. A name that is not here counts as not expressible. */
export const FEATURES: Readonly<Record<string, Answer>> = {
  'ROI table, several steps': language({
    take_profit: '[{ at: 4 % }, { at: 1 %, after: 2h }, { at: 0 %, after: 1d }]',
  }),
  'ROI, one take-profit': language({ take_profit: '[{ at: 4 % }]' }),
  'trailing stop': language({ trailing_stop: '2 %' }),
  'trailing stop with start offset': language({ trailing_stop: '{ distance: 1 %, from: 3 % }' }),
  'fixed stop': language({ stop: '10 %' }),
  'value n candles ago': enter('close[3] < close[1]'),
  'named parameters with a range': language({
    params: '{ fast: "12 [5..30]" }',
    enter: 'ema(fast) > close',
  }),
  cross: enter('crossover(ema(12), ema(26)) or crossunder(rsi(14), 70)'),
  'highest / lowest over n': enter('close > highest(high, 20)[1] and low > lowest(low, 50)'),
  'mean / std / sum over n of any series': enter(
    'volume > mean(volume, 30) and stdev(rsi(14), 20) > 2 and sum(close - open, 10) > 0',
  ),
  'count of a condition over n': enter('count(close > open, 10) > 7'),
  'functions: abs, min, max, log, if': enter(
    'abs(log(close / open)) > 0.01 and max(open, close) > if(rsi(14) > 50, ema(10), ema(20)) and min(open, low[1]) > 0',
  ),
  'indicator of high, low or typical price': enter(
    'sma(hlc3, 20) < ema(high, 10) and ema(low, 5) < sma(hl2, 5)',
  ),
  'indicator of an indicator or of volume': enter(
    'ema(rsi(14), 9) > sma(volume / sma(volume, 20), 5) * 50',
  ),
  'another timeframe': enter('rsi(14) @ 1h > 50 and close > sma(200) @ 4h'),
  'another market (BTC)': enter('close @ BTC/USDT 1h > sma(50) @ BTC/USDT 1h'),
  'Heikin-Ashi': enter('heikin_ashi.close > heikin_ashi.open'),
  'candle patterns': enter('hammer or bullish_engulfing[1] or three_inside_up or takuri'),
  'time of day or week': enter('hour >= 8 and hour < 20 and weekday < 6'),
  'knows its own trade (profit, age, entry)': language({
    exit: 'profit > 2 % or age > 1d or close < entry * 95 %',
  }),
  'exit on profit, age or entry reason': language({
    exit: '{ gain: "profit > 3 % and rsi(14) > 70", late: "age > 6h and profit < 0 %" }',
  }),
  'named reasons (entry/exit tag)': language({
    enter: '{ dip: "rsi(14) < 30", trend: "close > sma(200)" }',
  }),
  'DCA / position adjustment': language({
    add: '[{ when: close < first entry * 98 %, size: 20 % }]',
  }),
  'protections (cooldown, drawdown)': language({ cooldown: '30m' }),
  'computed stop while in the trade': move(
    'high - entry * 10 % * (1 - pow(min(age / 10h, 1), 3))',
    'age > 1m',
  ),
  'stop moved by profit': move(
    'entry * 101.1 % + (high - entry * 101.6 %) * 0.453',
    'high > entry * 101.6 %',
  ),
  'stop moved by an indicator': move('low - 3 * atr(14)'),
  'stop tightened to 1 % under the price by a rule': move(
    'high * 99 %',
    '(age > 5h and high < entry) or (high * 102.5 % < open[candles since entry - 10] and (rsi(14) @ 1h)[candles since entry - 10] >= 30)',
  ),
  'knows by which rule it was entered': language({
    let: '{ dip: rsi(14) < 30 }',
    enter: '{ dip: dip, trend: "close > sma(200)" }',
    exit: 'dip[candles since entry] and profit > 1 % and close > ema(49)',
  }),
  // Its stop is set at the price itself, or a tenth of a percent below: it sells.
  'sold at once by a rule (a stop at the price)': language({
    exit: 'profit < -4 % and (age > 1d or roc(9) < -2)',
  }),
  'stop and take-profit computed at the entry': language({
    stop: '2 * atr(14)',
    take_profit: '[{ at: 3.5 * (2 * atr(14)) }]',
    break_even: '2 * atr(14)',
  }),
  // What confirms a trade looks at the candle that closed, as the rule does: no, and the rule does not hold.
  'veto: a rule over closed candles': language({
    enter: 'crossover(close, sma(50)) and not (rsi(14) > 70)',
    exit: 'close > sma(50) and not (hma(50) * 1.149 > ema(100) and close < ema(100) * 0.951)',
  }),
  'veto: a price that slipped': {
    how: 'near',
    fields: { valid_for: '1m' },
    but: 'by "collar" of the policy: the trader says it, for all streams alike',
  },
  'veto of what the device does (take-profit, stop)': {
    how: 'near',
    fields: { exit: 'profit > 3 % and not (cmf < -0.1 and close > ema(200) @ 1h)' },
    but: 'a take-profit with a veto is an exit at the close of a candle',
  },
  'veto at entry or exit': {
    how: 'near',
    fields: { exit: 'close > sma(50) and not (rsi(14) < 45 and hma(50) > ema(100))' },
    but: 'which of these it is, is not known',
  },
  'count of candles in a row': enter(
    'barssince(close >= close[4]) >= 9 and low < valuewhen(barssince(close >= close[4]) >= 6 and barssince(close >= close[4]) <= 6, low)',
  ),
  'supertrend by a loop': enter('close > supertrend(10, 3)'),
  // Of any average: `pmax` and `most` are of an exponential one.
  'supertrend of an average (PMAX, MOST)': code(`
    const average = indicator('zlema', [9])
    const range = indicator('atr', [9])
    let stop = 0
    let before = 0
    return {
      candle() {
        if (!average.isKnown || !range.isKnown) return
        const next = average.value - 2.7 * range.value
        stop = before > stop ? Math.max(next, stop) : next
        before = average.value
      },
      enter: () => average.value > stop,
      exit: () => average.value < stop,
    }`),
  'veto: by a list of trades outside': no,
  'waits for a turn before it orders (trailing buy)': no,
  'own recursive indicator (loop)': code(`
    const close = series('close')
    const cloud = series('ichimoku.senkou_a - ichimoku.senkou_b')
    let allowed = true
    let entered = false
    return {
      candle() {
        if (!cloud.isKnown) return
        if (entered) allowed = false
        if (cloud.value < 0) allowed = true
        entered = allowed && cloud.value > 0
      },
      enter: () => entered && close.value > 0,
    }`),
  'knows other trades or the wallet': no,
  short: no,
  leverage: no,
  'computed size': code(`
    const range = indicator('natr', [14])
    return { enter: () => range.value > 0 && { part: Math.min(1, 1 / range.value) } }`),
  'own limit price': no,
  'ranking over markets': no,
  'order book or outside data': no,
  'machine learning': no,
  'looks ahead (shift(-n))': no,
}
