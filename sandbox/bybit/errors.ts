// Every refusal of the sandbox's Bybit, with the venue's own number and words.

import { type RefusalWords, VenueRefusal } from '../exchange/venue-refusal.ts'

// Numbers and words: "Error Codes" of the venue's API documentation, version 5. Nearly all come with HTTP 200.
export const BYBIT_ERRORS = {
  unknown_error: { code: 10016, status: 200, msg: 'Server error.' },
  backend_timeout: {
    code: 170007,
    status: 200,
    msg: 'Timeout waiting for response from backend server.',
  },
  too_many_requests: {
    code: 10006,
    status: 200,
    msg: 'Too many visits. Exceeded the API Rate Limit.',
  },
  bad_parameter: { code: 10001, status: 200, msg: 'Request parameter error: %s' },
  no_symbol: { code: 10001, status: 200, msg: 'Not supported symbols' },
  untimely: {
    code: 10002,
    status: 200,
    msg: 'The request time exceeds the time window range.',
  },
  key_refused: { code: 10003, status: 200, msg: 'API key is invalid.' },
  bad_signature: {
    code: 10004,
    status: 200,
    msg: 'Error sign, please check your signature generation algorithm.',
  },
  no_permission: {
    code: 10005,
    status: 200,
    msg: 'Permission denied, please check your API key permissions.',
  },
  bad_symbol: { code: 170121, status: 200, msg: 'Invalid symbol.' },
  too_large: { code: 170124, status: 200, msg: 'Order amount too large.' },
  no_balance: { code: 170131, status: 200, msg: 'Balance insufficient' },
  price_step: { code: 170134, status: 200, msg: 'Order price decimal too long.' },
  amount_step: { code: 170137, status: 200, msg: 'Order volume decimal too long' },
  filled: { code: 170139, status: 200, msg: 'Order has been filled.' },
  min_value: { code: 170140, status: 200, msg: 'Order value exceeded lower limit' },
  duplicate_order: { code: 170141, status: 200, msg: 'Duplicate clientOrderId' },
  canceled: { code: 170142, status: 200, msg: 'Order has been cancelled' },
  closed: { code: 170151, status: 200, msg: 'The trading pair is not open yet' },
  span_too_long: {
    code: 181010,
    status: 200,
    msg: 'The time range between startTime and endTime cannot exceed 7 days',
  },
  price_band: { code: 170193, status: 200, msg: 'Buy order price cannot be higher than %s.' },
  no_order: { code: 170213, status: 200, msg: 'Order does not exist.' },
  too_many_orders: {
    code: 170810,
    status: 200,
    msg: 'Cannot exceed maximum of 500 conditional, TP/SL and active orders.',
  },
} as const satisfies Record<string, RefusalWords>

export type BybitErrorName = keyof typeof BYBIT_ERRORS

export function refuse(refusal: BybitErrorName, named = ''): VenueRefusal {
  return new VenueRefusal(BYBIT_ERRORS[refusal], named)
}
