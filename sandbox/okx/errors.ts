// Every refusal of the sandbox's OKX, with the venue's own number and words.

import { type RefusalWords, VenueRefusal } from '../exchange/venue-refusal.ts'

// Numbers and words: "Error Code" of the venue's API documentation, version 5.
export const OKX_ERRORS = {
  unknown_error: { code: '50026', status: 500, msg: 'System error. Try again later' },
  backend_timeout: {
    code: '50004',
    status: 400,
    msg: 'Endpoint request timeout (does not mean that the request was successful or failed, please check the request result)',
  },
  too_many_requests: { code: '50011', status: 429, msg: 'Too Many Requests' },
  not_json: { code: '50002', status: 400, msg: 'JSON syntax error' },
  missing_parameter: { code: '50014', status: 400, msg: 'Parameter %s cannot be empty' },
  missing_header: { code: '50103', status: 401, msg: 'Request header "%s" cannot be empty' },
  expired: { code: '50102', status: 401, msg: 'Timestamp request expired' },
  bad_passphrase: {
    code: '50105',
    status: 401,
    msg: 'Request header "OK-ACCESS-PASSPHRASE" incorrect',
  },
  key_refused: { code: '50111', status: 401, msg: 'Invalid OK-ACCESS-KEY' },
  bad_signature: { code: '50113', status: 401, msg: 'Invalid Sign' },
  no_permission: {
    code: '50120',
    status: 200,
    msg: "This API key doesn't have permission to use this function",
  },
  bad_parameter: { code: '51000', status: 200, msg: 'Parameter %s error' },
  no_instrument: {
    code: '51001',
    status: 200,
    msg: "Instrument ID, Instrument ID code, or Spread ID doesn't exist.",
  },
  price_limits: { code: '51006', status: 200, msg: 'Order price is not within the price limit' },
  no_balance: {
    code: '51008',
    status: 200,
    msg: 'Order failed. Insufficient %s balance in account.',
  },
  duplicate_order: { code: '51016', status: 200, msg: 'Client order ID already exists.' },
  too_small: {
    code: '51020',
    status: 200,
    msg: 'Your order should meet or exceed the minimum order amount.',
  },
  suspended: { code: '51022', status: 200, msg: 'Contract suspended.' },
  not_a_lot: {
    code: '51121',
    status: 200,
    msg: 'Order quantity must be a multiple of the lot size.',
  },
  would_trigger: {
    code: '51280',
    status: 200,
    msg: 'SL trigger price must be less than the last price',
  },
  not_open: {
    code: '51400',
    status: 200,
    msg: 'Cancellation failed as the order has been filled, canceled or does not exist.',
  },
  no_order: { code: '51603', status: 200, msg: 'Order does not exist' },
} as const satisfies Record<string, RefusalWords>

export type OkxErrorName = keyof typeof OKX_ERRORS

export function refuse(refusal: OkxErrorName, named = ''): VenueRefusal {
  return new VenueRefusal(OKX_ERRORS[refusal], named)
}
