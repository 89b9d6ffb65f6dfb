// The life of an order: one word for where it stands, one table for every move it can make.

export const OPEN_STATES = [
  /** The signal is journaled; nothing is decided. */
  'received',
  /** For the trader's yes. */
  'waiting',
  /** The trader wants less of it: what was shown cannot be approved until that is planned, or cannot be. */
  'reducing',
  'approved',
  /** An exit that waits until the stop is canceled and its coins are free. */
  'canceling_stop',
  /** Decided and written; proved not sent. */
  'initialized',
  /** Written before the socket is touched: from here on it may be live. */
  'submitted',
  /** No answer came. Asked about, never sent again. */
  'unknown',
  'accepted',
  'partially_filled',
  /** The exchange says that it is over, and not all of its fills are here. */
  'awaiting_fills',
] as const

export const FINAL_STATES = [
  'filled',
  'canceled',
  'expired',
  'denied',
  'declined',
  'rejected',
  'not_placed',
] as const

export type OrderState = (typeof OPEN_STATES)[number] | (typeof FINAL_STATES)[number]

export const ORDER_EVENTS = [
  'prompt',
  'reduce',
  'keep',
  'approve',
  'decline',
  'expire',
  'deny',
  'cancel_stop',
  'initialize',
  'submit',
  'accept',
  'reject',
  'mark_unknown',
  'not_found',
  'fill',
  'await_fills',
  'complete',
  'cancel',
] as const

export type OrderEvent = (typeof ORDER_EVENTS)[number]

type Moves = Partial<Record<OrderEvent, OrderState>>

const BEFORE_SENDING = {
  deny: 'denied',
  cancel_stop: 'canceling_stop',
  initialize: 'initialized',
} as const

/** What the exchange may do with an order that it has. */
const ON_THE_BOOK = {
  fill: 'partially_filled',
  await_fills: 'awaiting_fills',
  /** Every fill is here. */
  complete: 'filled',
  /** Over without being full: canceled, or immediate-or-cancel without a counterparty. */
  cancel: 'canceled',
  reject: 'rejected',
} as const

const NEVER: Moves = {}

export const ORDER_TABLE: { readonly [State in OrderState]: Moves } = {
  received: { ...BEFORE_SENDING, prompt: 'waiting' },
  waiting: {
    approve: 'approved',
    decline: 'declined',
    reduce: 'reducing',
    expire: 'expired',
    deny: 'denied',
  },
  reducing: { prompt: 'waiting', keep: 'waiting', expire: 'expired', deny: 'denied' },
  // Asked again: the price has left what was approved, and it was never sent.
  approved: { ...BEFORE_SENDING, prompt: 'waiting' },
  canceling_stop: { deny: 'denied', initialize: 'initialized' },
  initialized: { submit: 'submitted', not_found: 'not_placed' },
  submitted: { accept: 'accepted', reject: 'rejected', mark_unknown: 'unknown' },
  // Found again is the only way back; two proved misses are the only way out.
  unknown: { accept: 'accepted', not_found: 'not_placed' },
  accepted: ON_THE_BOOK,
  // A second fill, or one that overtook another, changes the amounts and not the word.
  partially_filled: ON_THE_BOOK,
  // A fill after a cancel: the two raced at the exchange, and the trade is as real as any.
  awaiting_fills: {
    fill: 'awaiting_fills',
    await_fills: 'awaiting_fills',
    complete: 'filled',
    cancel: 'canceled',
  },
  filled: NEVER,
  canceled: NEVER,
  expired: NEVER,
  denied: NEVER,
  declined: NEVER,
  rejected: NEVER,
  not_placed: NEVER,
}

/** Throws for a move that is not in the table: that is a bug, and nothing of it may be written. */
export function nextState(state: OrderState, event: OrderEvent): OrderState {
  const next = ORDER_TABLE[state][event]
  if (next === undefined) throw new Error(`an order that is ${state} cannot "${event}"`)
  return next
}

export function isFinal(state: OrderState): boolean {
  return FINAL_STATES.some((final) => final === state)
}

/** The trader has its card. */
export function isAskedAbout({ state }: { readonly state: OrderState }): boolean {
  return state === 'waiting' || state === 'reducing'
}

const PENDING: readonly OrderState[] = ['received', 'waiting', 'reducing', 'approved']

/** Nothing is decided: it has touched neither the stop nor the exchange. */
export function isPending(state: OrderState): boolean {
  return PENDING.includes(state)
}

const AT_EXCHANGE: readonly OrderState[] = [
  'submitted',
  'unknown',
  'accepted',
  'partially_filled',
  'awaiting_fills',
]

const TAKEN: readonly OrderState[] = ['accepted', 'partially_filled', 'awaiting_fills']

/** The exchange has said that it has it. */
export function isAccepted(state: OrderState): boolean {
  return TAKEN.includes(state)
}

/** It is at the exchange, or may be. */
export function isWorking(state: OrderState): boolean {
  return AT_EXCHANGE.includes(state)
}
