// The life of an order: one word for where it stands, one table for every move it can make.

export const OPEN_STATES = [
  /** The signal is journaled; nothing is decided. */
  'received',
  /** For the trader's yes. */
  'waiting',
  'approved',
  /** An exit that waits until the stop is off the book and gives its coins free. */
  'clearing',
  /** Decided and written; proved not sent. */
  'intended',
  /** Written before the socket is touched: from here on it may be live. */
  'sending',
  /** Nobody told us. Asked about, never sent again. */
  'unknown',
  'accepted',
  'part_filled',
  /** The exchange says that it is over, and not all of its fills are here. */
  'ending',
] as const

export const FINAL_STATES = [
  'filled',
  'canceled',
  'expired',
  'refused',
  'rejected',
  'turned_down',
  'not_placed',
] as const

export type OrderState = (typeof OPEN_STATES)[number] | (typeof FINAL_STATES)[number]

export const ORDER_EVENTS = [
  'ask',
  'approve',
  'reject',
  'expire',
  'refuse',
  'clear',
  'intend',
  'send',
  'accept',
  'turn_down',
  'lose',
  'miss',
  'fill',
  'end',
  'fill_up',
  'cancel',
] as const

export type OrderEvent = (typeof ORDER_EVENTS)[number]

type Moves = Partial<Record<OrderEvent, OrderState>>

const BEFORE_SENDING = { refuse: 'refused', clear: 'clearing', intend: 'intended' } as const

/** What the exchange may do with an order that it has. */
const ON_THE_BOOK = {
  fill: 'part_filled',
  end: 'ending',
  /** Every fill is here. */
  fill_up: 'filled',
  /** Over without being full: canceled, or immediate-or-cancel without a counterparty. */
  cancel: 'canceled',
  turn_down: 'turned_down',
} as const

const NEVER: Moves = {}

export const ORDER_TABLE: { readonly [State in OrderState]: Moves } = {
  received: { ...BEFORE_SENDING, ask: 'waiting' },
  waiting: { approve: 'approved', reject: 'rejected', expire: 'expired', refuse: 'refused' },
  // Asked again: the price has left what was approved, and it was never sent.
  approved: { ...BEFORE_SENDING, ask: 'waiting' },
  clearing: { refuse: 'refused', intend: 'intended' },
  intended: { send: 'sending', miss: 'not_placed' },
  sending: { accept: 'accepted', turn_down: 'turned_down', lose: 'unknown' },
  // Found again is the only way back; two proved misses are the only way out.
  unknown: { accept: 'accepted', miss: 'not_placed' },
  accepted: ON_THE_BOOK,
  // A second fill, or one that overtook another, changes the amounts and not the word.
  part_filled: ON_THE_BOOK,
  // A fill after a cancel: the two raced at the exchange, and the trade is as real as any.
  ending: { fill: 'ending', end: 'ending', fill_up: 'filled', cancel: 'canceled' },
  filled: NEVER,
  canceled: NEVER,
  expired: NEVER,
  refused: NEVER,
  rejected: NEVER,
  turned_down: NEVER,
  not_placed: NEVER,
}

/** Throws for a move that is not in the table: that is a bug, and nothing of it may be written. */
export function moved(state: OrderState, event: OrderEvent): OrderState {
  const next = ORDER_TABLE[state][event]
  if (next === undefined) throw new Error(`an order that is ${state} cannot "${event}"`)
  return next
}

export function isFinal(state: OrderState): boolean {
  return FINAL_STATES.some((final) => final === state)
}

const PENDING: readonly OrderState[] = ['received', 'waiting', 'approved']

/** Nothing is decided: it has touched neither the stop nor the exchange. */
export function isPending(state: OrderState): boolean {
  return PENDING.includes(state)
}

const AT_EXCHANGE: readonly OrderState[] = [
  'sending',
  'unknown',
  'accepted',
  'part_filled',
  'ending',
]

const TAKEN: readonly OrderState[] = ['accepted', 'part_filled', 'ending']

/** The exchange has said that it has it. */
export function isTaken(state: OrderState): boolean {
  return TAKEN.includes(state)
}

/** It is at the exchange, or may be. */
export function isLive(state: OrderState): boolean {
  return AT_EXCHANGE.includes(state)
}
