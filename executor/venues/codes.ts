// Every code with which the exchange side answers a person. docs/errors.md explains each one.

/** What `start` rejects with. */
export const EXCHANGE_CODES = [
  'exchange_address_plain',
  'exchange_key_malformed',
  'exchange_key_refused',
  'exchange_market_unknown',
  'exchange_unreachable',
] as const

/** Why an order was certainly not taken. */
export const TURNED_DOWN_CODES = [
  'order_malformed',
  'order_not_sent',
  'exchange_rate_limited',
  'exchange_funds_insufficient',
  'exchange_filter_refused',
  'exchange_stop_would_trigger',
  'exchange_market_closed',
  'exchange_market_unknown',
  'exchange_account_refused',
  'exchange_key_refused',
] as const

export type TurnedDownCode = (typeof TURNED_DOWN_CODES)[number]
