// Every refusal of the sandbox exchange, with the venue's own number, HTTP status and words.

interface Refusal {
  readonly code: number
  readonly status: number
  /** `%s` is replaced by what the thrower names. */
  readonly msg: string
}

// Numbers and words: "Error codes for Binance" in the venue's spot API documentation.
export const EXCHANGE_ERRORS = {
  unknown_error: {
    code: -1000,
    status: 503,
    msg: 'An unknown error occurred while processing the request.',
  },
  too_many_requests: {
    code: -1003,
    status: 429,
    msg: 'Too many requests; current limit of IP is %s requests per minute. Please use WebSocket Streams for live updates to avoid polling the API.',
  },
  banned: {
    code: -1003,
    status: 418,
    msg: 'Way too many requests; IP banned until %s. Please use WebSocket Streams for live updates to avoid bans.',
  },
  backend_timeout: {
    code: -1007,
    status: 408,
    msg: 'Timeout waiting for response from backend server. Send status unknown; execution status unknown.',
  },
  too_many_orders: {
    code: -1015,
    status: 429,
    msg: 'Too many new orders; current limit is %s orders per 10 SECOND.',
  },
  not_in_sandbox: { code: -1020, status: 400, msg: 'This operation is not supported.' },
  timestamp_late: {
    code: -1021,
    status: 400,
    msg: 'Timestamp for this request is outside of the recvWindow.',
  },
  timestamp_early: {
    code: -1021,
    status: 400,
    msg: "Timestamp for this request was 1000ms ahead of the server's time.",
  },
  bad_signature: { code: -1022, status: 400, msg: 'Signature for this request is not valid.' },
  filter_failed: { code: -1013, status: 400, msg: 'Filter failure: %s' },
  market_closed: { code: -1013, status: 400, msg: 'Market is closed.' },
  zero_quantity: { code: -1013, status: 400, msg: 'Invalid quantity.' },
  zero_price: { code: -1013, status: 400, msg: 'Invalid price.' },
  illegal_characters: {
    code: -1100,
    status: 400,
    msg: "Illegal characters found in parameter '%s'; legal range is '%s'.",
  },
  duplicate_parameter: {
    code: -1101,
    status: 400,
    msg: 'Duplicate values for a parameter detected.',
  },
  missing_parameter: {
    code: -1102,
    status: 400,
    msg: "Mandatory parameter '%s' was not sent, was empty/null, or malformed.",
  },
  missing_either: {
    code: -1102,
    status: 400,
    msg: "Param '%s' or '%s' must be sent, but both were empty/null!",
  },
  unread_parameters: {
    code: -1104,
    status: 400,
    msg: "Not all sent parameters were read; read '%s' parameter(s) but was sent '%s'.",
  },
  empty_parameter: { code: -1105, status: 400, msg: "Parameter '%s' was empty." },
  unneeded_parameter: { code: -1106, status: 400, msg: "Parameter '%s' sent when not required." },
  too_precise: { code: -1111, status: 400, msg: "Parameter '%s' has too much precision." },
  bad_time_in_force: { code: -1115, status: 400, msg: 'Invalid timeInForce.' },
  bad_order_type: { code: -1116, status: 400, msg: 'Invalid orderType.' },
  bad_side: { code: -1117, status: 400, msg: 'Invalid side.' },
  bad_interval: { code: -1120, status: 400, msg: 'Invalid interval.' },
  bad_symbol: { code: -1121, status: 400, msg: 'Invalid symbol.' },
  span_too_long: {
    code: -1127,
    status: 400,
    msg: 'More than 24 hours between startTime and endTime.',
  },
  bad_combination: {
    code: -1128,
    status: 400,
    msg: 'Combination of optional parameters invalid.',
  },
  bad_parameter: { code: -1130, status: 400, msg: "Data sent for parameter '%s' is not valid." },
  window_too_long: { code: -1131, status: 400, msg: 'recvWindow must be less than 60000' },
  bad_response_type: { code: -1136, status: 400, msg: 'Invalid newOrderRespType.' },
  duplicate_order: { code: -2010, status: 400, msg: 'Duplicate order sent.' },
  no_balance: {
    code: -2010,
    status: 400,
    msg: 'Account has insufficient balance for requested action.',
  },
  bad_self_trade: {
    code: -2010,
    status: 400,
    msg: 'This symbol does not allow the specified self-trade prevention mode.',
  },
  would_trigger: { code: -2010, status: 400, msg: 'Stop price would trigger immediately.' },
  cancel_rejected: { code: -2011, status: 400, msg: 'Unknown order sent.' },
  no_such_order: { code: -2013, status: 400, msg: 'Order does not exist.' },
  archived: {
    code: -2026,
    status: 400,
    msg: 'Order was canceled or expired with no executed qty over 90 days ago and has been archived.',
  },
  bad_key_format: { code: -2014, status: 401, msg: 'API-key format invalid.' },
  key_refused: { code: -2015, status: 401, msg: 'Invalid API-key, IP, or permissions for action.' },
} as const satisfies Record<string, Refusal>

export type ExchangeErrorName = keyof typeof EXCHANGE_ERRORS

export class ExchangeError extends Error {
  override name = 'ExchangeError'
  readonly code: number
  readonly status: number
  /** Seconds for the Retry-After header, where the venue sends one. */
  readonly retryAfter: number | undefined

  constructor(name: ExchangeErrorName, parts: readonly string[] = [], retryAfter?: number) {
    const refusal: Refusal = EXCHANGE_ERRORS[name]
    super(parts.reduce((text, part) => text.replace('%s', () => part), refusal.msg))
    this.code = refusal.code
    this.status = refusal.status
    this.retryAfter = retryAfter
  }
}

/** Returns it, so that the caller's `throw` shows where the way ends. */
export function refuse(name: ExchangeErrorName, ...parts: readonly string[]): ExchangeError {
  return new ExchangeError(name, parts)
}
