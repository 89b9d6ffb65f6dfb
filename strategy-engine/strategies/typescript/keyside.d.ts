// What a strategy in TypeScript is. The engine takes the types away; docs/strategies-typescript.md explains each part.

/** Names of docs/indicators.md. `keyside strategy new --typescript` writes all of them in this place. */
export type IndicatorName = string

export type Timeframe =
  | '1s'
  | '1m'
  | '3m'
  | '5m'
  | '15m'
  | '30m'
  | '1h'
  | '2h'
  | '4h'
  | '6h'
  | '8h'
  | '12h'
  | '1d'

/** The file's default export. Every key but `build` is the one of docs/strategies.md, with the same texts. */
export interface Strategy {
  name: string
  plan?: string
  market?: string
  markets?: readonly string[]
  timeframe: Timeframe
  params?: Readonly<Record<string, string | number>>
  let?: Readonly<Record<string, string>>
  size?: string
  risk?: string
  stop: string
  take_profit?: readonly { at: string; sell?: string; after?: string }[]
  trailing_stop?: string | { distance: string; from?: string }
  break_even?: string
  max_hold?: string
  cooldown?: string
  add?: readonly { when: string; size: string }[]
  move_stop?: readonly { to: string; when?: string }[]
  valid_for?: string
  alert?: string | Readonly<Record<string, string>>
  /** Called once for each market, before the first candle. What it remembers begins here. */
  build(context: Context): Rules
}

export interface Context {
  readonly market: string
  readonly timeframe: Timeframe
  /** The value of a name in `params`; 2 % is 2, a time is in seconds. */
  param(name: string): number
  /** Any value of the language of rules: 'close', 'sma(volume, 20)', 'ema(fast)', 'rsi(14) @ 1h'. In `build` only. */
  series(text: string): Series
  /** Any condition of the language of rules: 'crossover(ema(9), ema(21))'. In `build` only. */
  rule(text: string): Condition
  /** indicator('macd', [12, 26, 9], { output: 'signal', timeframe: '1h' }) is series('macd(12, 26, 9).signal @ 1h'). */
  indicator(
    name: IndicatorName,
    parameters?: readonly number[],
    options?: {
      /** Of which series; of the close where it is left out. */
      of?: Series | string
      output?: string
      timeframe?: Timeframe
      market?: string
    },
  ): Series
  /** When the candle closed, Unix seconds. */
  readonly closed: number
}

/** Reading what is not known makes the answer of the function that reads it unknown, and unknown is never true. */
export interface Series {
  /** At the candle that closed last. NaN where it is not known. */
  readonly value: number
  /** So many candles before, 0 to 1,000. */
  ago(candles: number): number
  /** Whether `value` is known. */
  readonly isKnown: boolean
  /** For a reason: text and value, such as "ema(9) 101.23". */
  readonly said: string
}

export interface Condition {
  readonly holds: boolean
  ago(candles: number): boolean
  readonly isKnown: boolean
}

export interface Rules {
  /** At each candle, before anything is asked: what the strategy remembers changes here and nowhere else. */
  candle?(): void
  /** At each candle: whether it enters, if nothing is held. */
  enter(): boolean | string | Entry
  /** At each candle while something is held: whether it leaves. A text is a yes, and the reason. */
  exit?(held: Held): boolean | string
}

export interface Entry {
  /** One line for the person who is asked. */
  reason?: string
  /** How far below the close the stop is, quote per base, in place of the file's `stop`. */
  stop?: number
  /** How much of the file's size, above 0 and at most 1. */
  part?: number
}

/** The stream's own position, as docs/strategies.md has it. Prices in quote per base. */
export interface Held {
  readonly entry: number
  readonly firstEntry: number
  /** Percent. */
  readonly profit: number
  /** Seconds. */
  readonly age: number
  readonly highest: number
  readonly lowest: number
  readonly candles: number
}
