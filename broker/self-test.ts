// The self-test at start-up: connects without a token and expects a refusal.
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { createWebSocketStream, WebSocket } from 'ws'

export type SelfTestResult = 'refused' | 'accepted' | 'no answer'

/** MQTT 3.1.1 section 3.1: CONNECT, clean session, keep alive 60 s, "stranger" as client id and user name, no password. */
const CONNECT = Buffer.from(
  '\x10\x1e\x00\x04MQTT\x04\x82\x00\x3c\x00\x08stranger\x00\x08stranger',
  'latin1',
)

/** `url` is one of a Listener. */
export async function connectWithoutToken(url: string, timeoutMs: number): Promise<SelfTestResult> {
  const stream = dial(url)
  const { promise, resolve } = Promise.withResolvers<SelfTestResult>()
  const timer = setTimeout(resolve, timeoutMs, 'no answer')
  // Over WebSocket the answer may come byte by byte.
  let answer = Buffer.alloc(0)
  stream.on('data', (chunk: Buffer) => {
    answer = Buffer.concat([answer, chunk])
    if (answer.length >= 4) resolve(readConnack(answer))
  })
  stream.once('close', () => resolve('refused'))
  stream.on('error', () => resolve('no answer'))
  stream.write(CONNECT)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    stream.destroy()
  }
}

function dial(address: string): Duplex {
  if (address.startsWith('unix:')) return connect({ path: address.slice('unix:'.length) })
  const url = new URL(address)
  // A listener on every interface has an address that cannot be dialled everywhere.
  if (['0.0.0.0', '[::]'].includes(url.hostname)) url.hostname = 'localhost'
  // The broker connects to itself here; whether its certificate is trusted is checked by clients.
  const self = { rejectUnauthorized: false }
  if (['ws:', 'wss:'].includes(url.protocol))
    return createWebSocketStream(new WebSocket(url, 'mqtt', self))
  const place = { port: Number(url.port), host: url.hostname.replace(/^\[|\]$/g, '') }
  return url.protocol === 'mqtts:' ? connectTls({ ...place, ...self }) : connect(place)
}

/** MQTT 3.1.1 section 3.2: the fourth byte is the return code, and 0 lets in. */
function readConnack(answer: Buffer): SelfTestResult {
  const [type, length, , returnCode] = answer
  if (type !== 0x20 || length !== 2 || returnCode === undefined) return 'no answer'
  return returnCode === 0 ? 'accepted' : 'refused'
}
