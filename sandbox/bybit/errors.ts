// Every refusal of the sandbox's Bybit, with the venue's own number and words.

interface Refusal {
  readonly retCode: number
  readonly status: number
  /** `%s` is replaced by what the thrower names. */
  readonly retMsg: string
}

// Numbers and words: "Error Codes" of the venue's API documentation, version 5. Nearly all come with HTTP 200.
export const BYBIT_ERRORS = {
  unknown_error: { retCode: 10016, status: 200, retMsg: 'Server error.' },
  backend_timeout: {
    retCode: 170007,
    status: 200,
    retMsg: 'Timeout waiting for response from backend server.',
  },
  too_many_requests: {
    retCode: 10006,
    status: 200,
    retMsg: 'Too many visits. Exceeded the API Rate Limit.',
  },
  bad_parameter: { retCode: 10001, status: 200, retMsg: 'Request parameter error: %s' },
  no_symbol: { retCode: 10001, status: 200, retMsg: 'Not supported symbols' },
  untimely: {
    retCode: 10002,
    status: 200,
    retMsg: 'The request time exceeds the time window range.',
  },
  key_refused: { retCode: 10003, status: 200, retMsg: 'API key is invalid.' },
  bad_signature: {
    retCode: 10004,
    status: 200,
    retMsg: 'Error sign, please check your signature generation algorithm.',
  },
  no_permission: {
    retCode: 10005,
    status: 200,
    retMsg: 'Permission denied, please check your API key permissions.',
  },
  bad_symbol: { retCode: 170121, status: 200, retMsg: 'Invalid symbol.' },
  too_large: { retCode: 170124, status: 200, retMsg: 'Order amount too large.' },
  no_balance: { retCode: 170131, status: 200, retMsg: 'Balance insufficient' },
  price_step: { retCode: 170134, status: 200, retMsg: 'Order price decimal too long.' },
  amount_step: { retCode: 170137, status: 200, retMsg: 'Order volume decimal too long' },
  filled: { retCode: 170139, status: 200, retMsg: 'Order has been filled.' },
  min_value: { retCode: 170140, status: 200, retMsg: 'Order value exceeded lower limit' },
  duplicate_order: { retCode: 170141, status: 200, retMsg: 'Duplicate clientOrderId' },
  canceled: { retCode: 170142, status: 200, retMsg: 'Order has been cancelled' },
  closed: { retCode: 170151, status: 200, retMsg: 'The trading pair is not open yet' },
  price_band: { retCode: 170193, status: 200, retMsg: 'Buy order price cannot be higher than %s.' },
  no_order: { retCode: 170213, status: 200, retMsg: 'Order does not exist.' },
  too_many_orders: {
    retCode: 170810,
    status: 200,
    retMsg: 'Cannot exceed maximum of 500 conditional, TP/SL and active orders.',
  },
} as const satisfies Record<string, Refusal>

export type BybitErrorName = keyof typeof BYBIT_ERRORS

export class BybitError extends Error {
  override name = 'BybitError'
  readonly retCode: number
  readonly status: number

  constructor(refusal: BybitErrorName, named: string) {
    const { retCode, status, retMsg } = BYBIT_ERRORS[refusal]
    super(retMsg.replace('%s', named))
    this.retCode = retCode
    this.status = status
  }
}

export function refuse(refusal: BybitErrorName, named = ''): BybitError {
  return new BybitError(refusal, named)
}
