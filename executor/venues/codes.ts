// Every code with which the exchange side answers a person. docs/errors.md explains each one.

/** What `start` rejects with. */
export const EXCHANGE_CODES = [
  'exchange_address_plain',
  'exchange_account_borrows',
  'exchange_key_malformed',
  'exchange_key_refused',
  'exchange_market_unknown',
  'exchange_unreachable',
  'paper_in_use',
  'paper_of_another',
  'paper_orders_open',
  'paper_venue_unfit',
  'venue_proof_unfinished',
] as const
