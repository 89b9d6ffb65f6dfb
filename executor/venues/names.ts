// What an account can be at, by its name in config.yaml.

/** Every venue that Keyside speaks to. */
export const VENUE_NAMES = ['binance', 'bybit', 'okx'] as const
export type VenueName = (typeof VENUE_NAMES)[number]

/** A real market, and an account that this device keeps. */
export const PAPER = 'paper'
