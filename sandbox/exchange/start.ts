// Puts the sandbox exchange together and listens on this machine only.
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type Clock,
  http,
  type RandomBytes,
  systemClock,
  systemRandomBytes,
} from '@keyside/runtime'
import { type WebSocket, WebSocketServer } from 'ws'
import type { ManualClock } from '../market/manual-clock.ts'
import { type Market, tickAt } from '../market/market.ts'
import { TICK_MS } from '../market/wave.ts'
import type { AcceptedOrder } from './accept-log.ts'
import type { AccountSetup } from './account.ts'
import { binance } from './binance.ts'
import { Book } from './book.ts'
import { Control } from './control.ts'
import { Faults } from './faults.ts'
import { createListener } from './http.ts'
import type { LimitSetup } from './limits.ts'
import { type ListingStatus, Listings } from './listings.ts'
import type { OpenedVenue, VenueDialect } from './opened-venue.ts'
import type { FirstNumbers } from './trading.ts'

const HOST = '127.0.0.1'

export interface ExchangeOptions {
  readonly market: Market
  readonly accounts: readonly AccountSetup[]
  /** 0, the default, takes a free one. */
  readonly port?: number
  /** 127.0.0.1 when left out; 0.0.0.0 in a container. */
  readonly host?: string
  readonly clock?: Clock | ManualClock
  readonly randomBytes?: RandomBytes
  readonly limits?: Partial<LimitSetup>
  /** Binance's when left out. */
  readonly dialect?: VenueDialect
  /** With it, it proves to an executor that knows the same that it is a sandbox. */
  readonly proofSecret?: Uint8Array
  /** 1001 and 1 when left out; a venue's may have 19 digits. */
  readonly first?: FirstNumbers
  /** Further names by which clients call it, such as a container's. */
  readonly names?: readonly string[]
}

export interface SandboxExchange {
  /** Such as http://127.0.0.1:41234. */
  readonly address: string
  readonly market: Market
  readonly book: Book
  readonly faults: Faults
  /** Halts a market, takes it off the list, or brings it back. */
  setStatus(symbol: string, status: ListingStatus): void
  /** Every order that was accepted so far, oldest first, with what became of it. */
  acceptLog(): AcceptedOrder[]
  /** Cuts every WebSocket connection, as the venue does once a day. */
  dropStreams(): void
  stop(): Promise<void>
}

/** Starts trading at once; rejects if the port is taken. */
export async function startExchange(options: ExchangeOptions): Promise<SandboxExchange> {
  const { market, accounts, limits, first, proofSecret, names, dialect = binance } = options
  const { clock = systemClock, randomBytes = systemRandomBytes } = options
  const faults = new Faults((ms) => gate.refuse(ms), dialect.newOrder)
  const book = new Book(market)
  const listings = new Listings()
  const skewMs = () => faults.skewMs
  const shared = { market, book, listings, clock }
  const venue = dialect.open({ ...shared, accounts, randomBytes, skewMs, limits, first })
  const acceptLog = () => venue.acceptLog()
  const control = new Control({ ...shared, faults, acceptLog, proofSecret, names })
  const server = http.createServer(createListener({ clock, api: venue.api, faults, control }))
  const sockets = acceptSockets(server, venue)
  const gate = new Gate(server, sockets, clock, options.host ?? HOST)
  const port = await gate.open(options.port ?? 0)
  const stopBeating = beat(clock, venue)
  return {
    address: `http://${HOST}:${port}`,
    market,
    book,
    faults,
    setStatus: (symbol, status) => listings.set(symbol, status),
    acceptLog,
    dropStreams: () => gate.dropStreams(),
    stop: async () => {
      stopBeating()
      await gate.close()
    },
  }
}

function acceptSockets(server: Server, venue: OpenedVenue): WebSocketServer {
  const sockets = new WebSocketServer({ server, maxPayload: 65_536 })
  // A port that is taken is reported by listen() already; without a listener it would end the process.
  sockets.on('error', () => {})
  sockets.on('connection', (socket: WebSocket, request) => {
    socket.on('error', () => socket.terminate())
    venue.accept(socket, request)
  })
  return sockets
}

/** At every tick: orders first, so that whoever sees a price can already ask about its fills. */
function beat(clock: Clock, venue: OpenedVenue): () => void {
  let tick = tickAt(clock.now())
  let cancel = clock.after(untilNextTick(clock), run)
  function run(): void {
    const now = tickAt(clock.now())
    if (now !== tick) venue.advance()
    if (now > tick) venue.tick(tick, now)
    tick = now
    cancel = clock.after(untilNextTick(clock), run)
  }
  return () => cancel()
}

function untilNextTick(clock: Clock): number {
  return TICK_MS - (clock.now() % TICK_MS)
}

/** The listening port, which can be shut for a while. */
class Gate {
  readonly #server: Server
  readonly #sockets: WebSocketServer
  readonly #clock: Clock
  readonly #host: string
  #port = 0
  #reopen = () => {}

  constructor(server: Server, sockets: WebSocketServer, clock: Clock, host: string) {
    this.#host = host
    this.#server = server
    this.#sockets = sockets
    this.#clock = clock
  }

  async open(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, this.#host, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
    this.#port = (this.#server.address() as AddressInfo).port
    return this.#port
  }

  refuse(ms: number): void {
    const open = () => {
      this.#server.listen(this.#port, this.#host)
    }
    this.#shut(() => {
      this.#reopen = this.#clock.after(ms, open)
    })
  }

  dropStreams(): void {
    for (const socket of this.#sockets.clients) socket.terminate()
  }

  close(): Promise<void> {
    this.#reopen()
    return new Promise((resolve) => {
      this.#shut(resolve)
    })
  }

  #shut(done: () => void): void {
    this.#server.close(() => done())
    this.dropStreams()
    this.#server.closeAllConnections()
  }
}
