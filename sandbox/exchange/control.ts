// The sandbox's own pages under /sandbox/, by which people and tests steer it. Not part of the venue's dialect.
import type { IncomingHttpHeaders } from 'node:http'
import { type Clock, PROOF_PATH, sandboxProof } from '@keyside/runtime'
import { z } from 'zod'
import type { ManualClock } from '../market/manual-clock.ts'
import type { Market } from '../market/market.ts'
import { CONTROL_REFUSALS, refuseRemote } from '../telegram/same-machine.ts'
import type { AcceptedOrder } from './accept-log.ts'
import type { Book } from './book.ts'
import { FAULT_NAMES, FAULTS, type Faults } from './faults.ts'
import { LISTING_STATUSES, type Listings } from './listings.ts'
import { parseJson } from './parse-json.ts'

export interface ControlParts {
  readonly clock: Clock | ManualClock
  readonly market: Market
  readonly book: Book
  readonly listings: Listings
  readonly faults: Faults
  readonly acceptLog: () => readonly AcceptedOrder[]
  /** What it shares with an executor of the same home; without it nothing is proved. */
  readonly proofSecret?: Uint8Array | undefined
  /** Further names of this server: containers know it by one. */
  readonly names?: readonly string[] | undefined
}

/** Besides those that all pages of the sandbox share. */
const EXCHANGE_CONTROL_REFUSALS = [
  {
    code: 'unknown-symbol',
    status: 404,
    sentence: 'the sandbox market does not trade this symbol; write it like BTC/USDT',
  },
  {
    code: 'fixed-clock',
    status: 409,
    sentence: 'this sandbox runs on real time; start it with a clock that can be set',
  },
] as const

const REFUSALS = [...EXCHANGE_CONTROL_REFUSALS, ...CONTROL_REFUSALS]

type RefusalCode = (typeof REFUSALS)[number]['code']

export interface ControlVisit {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  readonly port: number
  readonly body: string
}

const point = z.strictObject({ afterMs: z.int().min(0), factor: z.number().positive() })
const fault = z.strictObject({
  name: z.enum(FAULT_NAMES),
  count: z.int().min(1).optional(),
  match: z.string().optional(),
  ms: z.int().optional(),
})
const drive = z.strictObject({ symbol: z.string(), path: z.array(point).min(1) })
const nudge = z.strictObject({ symbol: z.string(), factor: z.number().positive() })
const depth = z.strictObject({
  symbol: z.string(),
  levels: z.int().min(1).max(1000).optional(),
  quantity: z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .optional(),
})
const listing = z.strictObject({ symbol: z.string(), status: z.enum(LISTING_STATUSES) })
const proof = z.strictObject({ nonce: z.string().regex(/^[A-Za-z0-9_-]{43}$/) })
const turn = z.union([z.strictObject({ setMs: z.int() }), z.strictObject({ advanceMs: z.int() })])

export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly retryAfter?: number | undefined
}

type Page = (body: string, query: URLSearchParams) => Answer

export class Control {
  readonly #parts: ControlParts
  readonly #pages: Readonly<Record<string, Page>>

  constructor(parts: ControlParts) {
    this.#parts = parts
    this.#pages = this.#createPages()
  }

  knows(path: string): boolean {
    return path.startsWith('/sandbox/')
  }

  answer({ method, url, headers, port, body }: ControlVisit): Answer {
    const { names = [] } = this.#parts
    const foreign = refuseRemote({ method, path: url.pathname, headers, port, names })
    if (foreign !== undefined) return failure(foreign)
    const page = this.#pages[`${method} ${url.pathname}`]
    if (page === undefined) return failure('not-found')
    const type = headers['content-type']?.split(';')[0]
    if (method === 'POST' && type !== 'application/json') return failure('not-json')
    return page(body, url.searchParams)
  }

  #createPages(): Readonly<Record<string, Page>> {
    const { market, book, listings, faults, clock, acceptLog } = this.#parts
    return {
      'GET /sandbox/orders': () => ok(acceptLog()),
      'GET /sandbox/faults': () => ok({ table: FAULTS, armed: faults.armed }),
      'POST /sandbox/faults': reading(fault, (setup) => {
        faults.arm(setup)
        return ok({ armed: faults.armed })
      }),
      'DELETE /sandbox/faults': () => {
        faults.disarm()
        return ok({ armed: [] })
      },
      'GET /sandbox/price': (_body, query) =>
        this.#onSymbol({ symbol: query.get('symbol') ?? '' }, () => {}),
      'POST /sandbox/nudge': reading(nudge, (asked) =>
        this.#onSymbol(asked, () => market.nudge(asked.symbol, asked.factor, clock.now())),
      ),
      'POST /sandbox/drive': reading(drive, (asked) =>
        this.#onSymbol(asked, () => market.drive(asked.symbol, asked.path, clock.now())),
      ),
      'POST /sandbox/depth': reading(depth, ({ symbol, levels, quantity }) =>
        this.#onSymbol({ symbol }, () => book.setDepth(symbol, { levels: levels ?? 50, quantity })),
      ),
      'POST /sandbox/status': reading(listing, ({ symbol, status }) =>
        this.#onSymbol({ symbol }, () => listings.set(symbol, status)),
      ),
      [`POST ${PROOF_PATH}`]: reading(proof, ({ nonce }) => {
        const { proofSecret } = this.#parts
        if (proofSecret === undefined) return failure('not-found')
        return ok({ proof: sandboxProof(proofSecret, nonce) })
      }),
      'POST /sandbox/clock': reading(turn, (asked) => this.#turn(asked)),
    }
  }

  #onSymbol({ symbol }: { symbol: string }, act: () => void): Answer {
    const { market, clock } = this.#parts
    if (!market.has(symbol)) return failure('unknown-symbol')
    act()
    return ok({ symbol, time: clock.now(), price: market.price(symbol, clock.now()) })
  }

  #turn(asked: z.infer<typeof turn>): Answer {
    const { clock } = this.#parts
    if (!('advance' in clock)) return failure('fixed-clock')
    if ('setMs' in asked) clock.set(asked.setMs)
    else clock.advance(asked.advanceMs)
    return ok({ time: clock.now() })
  }
}

function reading<T>(schema: z.ZodType<T>, act: (asked: T) => Answer): Page {
  return (body) => {
    const parsed = schema.safeParse(parseJson(body))
    return parsed.success ? act(parsed.data) : failure('bad-request')
  }
}

function ok(body: unknown): Answer {
  return { status: 200, body }
}

function failure(code: RefusalCode): Answer {
  const refusal = REFUSALS.find((each) => each.code === code)
  if (refusal === undefined) throw new RangeError(`no refusal is called ${code}`)
  return { status: refusal.status, body: { code, sentence: refusal.sentence } }
}
