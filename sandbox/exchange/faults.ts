// The table of everything that can be made to go wrong with the sandbox exchange, and what is armed now.
import type { FaultSchedule, OrderEffects, RequestFate, VenueRequest } from '@keyside/venue'

/** What the client gets instead of the answer. */
export type BadReply =
  | { readonly how: 'reset' }
  | {
      readonly how: 'answer'
      readonly status: number
      readonly type: 'json' | 'html'
      readonly body: string
    }
  /** In the words of the venue. `other_order`: the answer, with the names of another order in it. */
  | { readonly how: 'say'; readonly what: SaidWrong; readonly retryAfter?: number }

export type SaidWrong = 'unknown_error' | 'backend_timeout' | 'too_many_requests' | 'other_order'

interface FaultRule {
  readonly about: string
  /** Whether the request reaches the exchange all the same. */
  readonly reaches: boolean
  /** `none`: the connection stays open, and nothing comes. */
  readonly reply?: BadReply | 'none'
  /** How long it lasts, where it lasts: the default for `ms`. */
  readonly ms?: number
  readonly effects?: (ms: number) => OrderEffects
}

const HTML =
  '<html><head><title>Error</title></head><body><h1>Something went wrong</h1></body></html>'

export const FAULTS = {
  'refuse-connect': {
    about: 'closes the port and every connection for ms',
    reaches: false,
    ms: 1_000,
  },
  'reset-before': {
    about: 'resets the connection, request lost',
    reaches: false,
    reply: { how: 'reset' },
  },
  'reset-after-accept': {
    about: 'takes it, resets the connection',
    reaches: true,
    reply: { how: 'reset' },
  },
  'accept-then-hang': { about: 'takes it, never answers', reaches: true, reply: 'none' },
  '500-after-accept': { about: 'takes it, answers 500', reaches: true, reply: html(500) },
  '503-after-accept': {
    about: 'takes it, answers 503 with -1000',
    reaches: true,
    reply: { how: 'say', what: 'unknown_error' },
  },
  '504': { about: 'takes it, a gateway answers 504', reaches: true, reply: html(504) },
  'timeout-1007-accepted': {
    about: 'takes it, answers -1007',
    reaches: true,
    reply: { how: 'say', what: 'backend_timeout' },
  },
  'timeout-1007-not-accepted': {
    about: 'answers -1007, request lost',
    reaches: false,
    reply: { how: 'say', what: 'backend_timeout' },
  },
  'empty-200': { about: 'takes it, answers 200 with nothing', reaches: true, reply: json(200, '') },
  'html-200': { about: 'takes it, answers 200 with a page', reaches: true, reply: html(200) },
  'json-empty-200': {
    about: 'takes it, answers 200 with {}',
    reaches: true,
    reply: json(200, '{}'),
  },
  'wrong-order-200': {
    about: 'takes it, answers 200 with an order that is not the one sent',
    reaches: true,
    reply: { how: 'say', what: 'other_order' },
  },
  'slow-accept': { about: 'waits ms, then takes it', reaches: true, ms: 2_000 },
  hidden: {
    about: 'takes it, but the order cannot be found for ms',
    reaches: true,
    ms: 5_000,
    effects: (ms: number): OrderEffects => ({ hiddenMs: ms }),
  },
  'duplicate-fill': {
    about: 'sends every event of a fill twice',
    reaches: true,
    effects: (): OrderEffects => ({ events: 'duplicate' }),
  },
  'out-of-order-fills': {
    about: 'sends the events of the order last one first',
    reaches: true,
    effects: (): OrderEffects => ({ events: 'reverse' }),
  },
  'partial-then-cancel': {
    about: 'fills at most half of the order, then cancels it',
    reaches: true,
    effects: (): OrderEffects => ({ fills: 'half_then_cancel' }),
  },
  'clock-skew': {
    about: "moves the exchange's own time by ms until disarmed",
    reaches: true,
    ms: 3_000,
  },
  '429': {
    about: 'answers 429 with -1003 and Retry-After, request lost',
    reaches: false,
    reply: { how: 'say', what: 'too_many_requests', retryAfter: 1 },
  },
  'html-502': {
    about: 'a gateway answers 502 with a page, request lost',
    reaches: false,
    reply: html(502),
  },
} as const satisfies Record<string, FaultRule>

export type FaultName = keyof typeof FAULTS

export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[]

export interface FaultSetup {
  readonly name: FaultName
  /** Requests it happens to; 1 by default. */
  readonly count?: number | undefined
  /** Method and path, or * for all; new orders by default. */
  readonly match?: string | undefined
  readonly ms?: number | undefined
}

interface Armed {
  readonly name: FaultName
  readonly match: string
  readonly ms: number
  left: number
}

export class Faults implements FaultSchedule<BadReply> {
  readonly #onRefuse: (ms: number) => void
  readonly #newOrder: string
  #armed: Armed[] = []

  /** `newOrder`: method and path of what most faults befall. */
  constructor(onRefuse: (ms: number) => void, newOrder: string) {
    this.#onRefuse = onRefuse
    this.#newOrder = newOrder
  }

  arm(setup: FaultSetup): void {
    const rule: FaultRule = FAULTS[setup.name]
    const ms = setup.ms ?? rule.ms ?? 0
    if (setup.name === 'refuse-connect') {
      this.#onRefuse(ms)
      return
    }
    const match = setup.match ?? this.#newOrder
    this.#armed.push({ name: setup.name, match, ms, left: setup.count ?? 1 })
  }

  disarm(): void {
    this.#armed = []
  }

  get armed(): readonly Readonly<Armed>[] {
    return this.#armed
  }

  /** Milliseconds by which the exchange's time is off. */
  get skewMs(): number {
    const skews = this.#armed.filter((fault) => fault.name === 'clock-skew')
    return skews.reduce((sum, fault) => sum + fault.ms, 0)
  }

  /** Uses up the faults that are meant for this request, whose name is its route. */
  fate({ about }: VenueRequest): RequestFate<BadReply> {
    const meant = this.#armed.filter(
      ({ name, match }) => name !== 'clock-skew' && (match === '*' || match === about),
    )
    for (const fault of meant) fault.left--
    this.#armed = this.#armed.filter((fault) => fault.left > 0)
    return combine(meant)
  }
}

/** Several faults may apply to one request. */
function combine(faults: readonly Armed[]): RequestFate<BadReply> {
  const rules = faults.map(({ name, ms }): FaultRule & { ms: number } => ({ ...FAULTS[name], ms }))
  const slow = faults.filter(({ name }) => name === 'slow-accept')
  const delay = slow.reduce((sum, { ms }) => sum + ms, 0)
  const reply = (rules.find(({ reaches }) => !reaches) ?? rules.find((rule) => rule.reply))?.reply
  return {
    name: faults.map(({ name }) => name).join(' '),
    arrivesAfter: rules.every(({ reaches }) => reaches) ? delay : null,
    answersAfter: reply === 'none' ? null : delay,
    answer: reply === 'none' ? null : (reply ?? null),
    effects: Object.assign({}, ...rules.map(({ effects, ms }) => effects?.(ms))),
  }
}

function html(status: number): BadReply {
  return { how: 'answer', status, type: 'html', body: HTML }
}

function json(status: number, body: string): BadReply {
  return { how: 'answer', status, type: 'json', body }
}
