// What Keyside takes for granted of a venue, claim by claim: what shows it, and what follows where only the sandbox did.
import type { VenueName } from '../names.ts'

export interface Claim {
  /** As a sentence about the venue. */
  readonly says: string
  /** Whether `keyside venue prove` can ask the venue itself; else why not. */
  readonly asked: 'yes' | string
  /** What a trader does while no proof of the venue itself is on file. */
  readonly unproved: string
}

const ASK = 'each entry asks you first (unproved_venue): begin with small amounts'
const STOPS = 'look at the first stop at the exchange itself'
const NOTHING = 'nothing: it is a matter of this device'

export const CLAIMS = {
  client_ids: {
    says: 'our name of an order comes back in its answer, its look-up and the list of open ones, for orders and stops',
    asked: 'yes',
    unproved: ASK,
  },
  look_up: {
    says: 'an order is found by our name while it is open, filled, canceled and expired',
    asked: 'yes',
    unproved: ASK,
  },
  lost_answers: {
    says: 'an order whose answer was lost is found in time; one that was never taken is missing, and stays so',
    asked: 'yes',
    unproved: ASK,
  },
  late_requests: {
    says: 'an order that was stamped too long ago is refused',
    asked: 'yes',
    unproved: ASK,
  },
  same_name_twice: {
    says: 'the same name twice makes one order',
    asked: 'yes',
    unproved: ASK,
  },
  refusals: {
    says: 'what counts as refused was not taken',
    asked: 'yes',
    unproved: ASK,
  },
  immediate_orders: {
    says: 'an order that is to fill at once never waits: it ends filled or expired',
    asked: 'yes',
    unproved: ASK,
  },
  stop_holds: {
    says: 'a stop that waits holds its coins, or the dialect says that it does not',
    asked: 'yes',
    unproved: STOPS,
  },
  wrong_sided_stop: {
    says: 'a stop on the wrong side of the price is refused, or seen to be one',
    asked: 'yes',
    unproved: STOPS,
  },
  triggered_stop: {
    says: 'a stop that triggers is one story under one number: order, fills and trades agree',
    asked: 'yes',
    unproved: STOPS,
  },
  stop_lasts: {
    says: 'a stop has no end of its own',
    asked: 'no: it would have to wait for more than a day',
    unproved: 'look at a stop at the exchange after a day',
  },
  cancels: {
    says: 'canceled, no longer open and unknown are told apart when an order is canceled',
    asked: 'yes',
    unproved: ASK,
  },
  fills: {
    says: 'the fills of an order add up to it, each has a number of its own, and fees say their currency',
    asked: 'yes',
    unproved: 'compare the first trades with the exchange',
  },
  market_rules: {
    says: 'an order off the steps, or below the least, is refused with a code that is on the list',
    asked: 'yes',
    unproved: ASK,
  },
  key_rights: {
    says: 'the rights of the key are what was set at the venue',
    asked: 'yes',
    unproved: 'look at the rights of the key at the exchange',
  },
  rate_limits: {
    says: 'asking too much leads to a pause with an end',
    asked: 'no: it would have to ask too much',
    unproved: NOTHING,
  },
  clock: {
    says: "the venue's clock is read, and a time that it refuses is noticed",
    asked: 'yes',
    unproved: NOTHING,
  },
  own_requests: {
    says: 'a question is one request, and carries no mark of another and no change of the account',
    asked: 'no: it is seen on the wire, on this machine',
    unproved: NOTHING,
  },
  long_numbers: {
    says: 'no number above 2^53 breaks the reading of an answer',
    asked: 'no: the venue decides its numbers',
    unproved: NOTHING,
  },
  no_borrowing: {
    says: 'nothing is bought or sold with what is borrowed, and an account that may borrow is refused',
    asked: 'yes',
    unproved: "look at the account's mode at the exchange",
  },
} as const satisfies Record<string, Claim>

export type ClaimName = keyof typeof CLAIMS

/** While the venue itself has not proved these, the outcome of an order is not certain: each entry is asked about. */
export function asksWithout(claim: ClaimName): boolean {
  return CLAIMS[claim].unproved === ASK
}

export const CLAIM_NAMES = Object.keys(CLAIMS) as readonly ClaimName[]

/** Of the venue itself, its test network, or what was once recorded there; `sandbox` is this project's own. */
export type Evidence = 'none' | 'sandbox' | 'recorded' | 'testnet' | 'live'

const WITHOUT_A_DAY = CLAIM_NAMES.filter((name) => name !== 'stop_lasts')

/** Shown by the tests of this repository, against the sandbox. */
export const SANDBOX_SHOWS: Readonly<Record<VenueName, readonly ClaimName[]>> = {
  binance: WITHOUT_A_DAY,
  bybit: WITHOUT_A_DAY,
  okx: WITHOUT_A_DAY,
}

/** Whose forms the readers have read in answers that the venue itself once gave (`npm run recorded`). */
export const RECORDED_SHOWS: Readonly<Record<VenueName, readonly ClaimName[]>> = {
  binance: ['client_ids', 'fills'],
  bybit: ['client_ids'],
  okx: ['client_ids', 'fills', 'key_rights'],
}
