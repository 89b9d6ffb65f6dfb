// What the broker's tests share: an authority, a broker on free ports, time that can be moved, a client of bytes.
import { connect, type Socket } from 'node:net'
import { type Access, encodeBase64url, type SigningKey, sign } from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import { type Clock, createLog, systemClock } from '@keyside/runtime'
import { type Authenticate, authenticate } from '../authenticate.ts'
import { brokerConfig } from '../config.ts'
import { type Broker, serve } from '../start.ts'

export const authority = signingKey(new Uint8Array(32).fill(7))
export const stranger = signingKey(new Uint8Array(32).fill(8))

/** An access token that lives an hour; `claims` replaces any of its claims. */
export function token(
  client: string,
  rights: Partial<Access['acl']>,
  claims: Partial<Access> = {},
  key: SigningKey = authority,
): string {
  const iat = Math.floor(Date.now() / 1000) - 1
  const jti = encodeBase64url(new Uint8Array(16))
  const acl = { publish: [], subscribe: [], ...rights }
  const parties = { iss: 'authority', sub: client, aud: 'broker' }
  return sign('access', { ...parties, iat, exp: iat + 3600, jti, acl, ...claims }, key)
}

interface TestClock extends Clock {
  /** Moves time, and nothing runs: a timer that is late. */
  jump(ms: number): void
  /** Moves time and runs what repeats, once. */
  move(ms: number): void
}

function testClock(): TestClock {
  const repeating = new Set<() => void>()
  let ahead = 0
  return {
    now: () => Date.now() + ahead,
    after: systemClock.after,
    every: (_, run) => {
      repeating.add(run)
      return () => repeating.delete(run)
    },
    jump: (ms) => {
      ahead += ms
    },
    move: (ms) => {
      ahead += ms
      for (const run of repeating) run()
    },
  }
}

export interface TestBroker extends AsyncDisposable {
  readonly broker: Broker
  readonly mqtt: string
  readonly ws: string
  readonly clock: TestClock
  /** Every code in the log so far. */
  codes(): string[]
}

export interface TestBrokerOptions {
  readonly limits?: Record<string, number>
  readonly host?: string
  readonly port?: number | null
  readonly wsPort?: number | null
  readonly authenticate?: Authenticate
  readonly accessList?: string
  readonly tls?: { readonly certFile: string; readonly keyFile: string }
  readonly socket?: string
  readonly plaintext?: 'yes' | 'no'
}

export async function startTestBroker(options: TestBrokerOptions = {}): Promise<TestBroker> {
  const { authenticate: check = authenticate, ...settings } = options
  const places = { host: '127.0.0.1', port: 0, wsPort: 0, ...settings }
  const config = brokerConfig.parse({ authority: authority.publicKey, ...places })
  const lines: string[] = []
  const destination = { write: (line: string) => lines.push(line) }
  const log = createLog({ program: 'broker', level: 'info', destination })
  const clock = testClock()
  const broker = await serve(config, { clock, log }, check)
  return {
    broker,
    mqtt: broker.address.mqtt,
    ws: broker.address.ws ?? '',
    clock,
    codes: () => lines.map((line) => JSON.parse(line).code).filter(Boolean),
    [Symbol.asyncDispose]: () => broker.stop(),
  }
}

export interface RawClient {
  readonly socket: Socket
  /** All bytes that came, in hex, once the broker closed the connection. */
  readonly closed: Promise<string>
}

/** A TCP connection that writes `bytes` and listens. */
export function rawClient(url: string, ...bytes: Uint8Array[]): RawClient {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const came: Buffer[] = []
  const { promise: closed, resolve } = Promise.withResolvers<string>()
  socket.on('data', (chunk: Buffer) => came.push(chunk))
  socket.on('error', () => undefined)
  socket.on('close', () => resolve(Buffer.concat(came).toString('hex')))
  for (const chunk of bytes) socket.write(chunk)
  return { socket, closed }
}
