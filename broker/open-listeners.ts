// Opens the listeners that the configuration names, and tests each before anybody is served.
import { isLoopback } from '@keyside/protocol'
import { KeysideError } from '@keyside/runtime'
import type { BrokerConfig } from './config.ts'
import {
  type ConnectionHandlers,
  type Listener,
  listenSocket,
  listenTcp,
  listenWs,
} from './listeners.ts'
import { connectWithoutToken } from './self-test.ts'

/** URLs to dial, null for what is off. */
export interface Addresses {
  /** The TCP port's, or the Unix socket's where there is none. */
  readonly mqtt: string
  readonly ws: string | null
  readonly socket: string | null
}

const SELF_TEST_MS = 2000

/** `config.socket` is absolute. Adds each to `listeners` as soon as it is open. Throws a KeysideError with one of START_CODES, or `broker_plaintext`. */
export async function openListeners(
  config: BrokerConfig,
  handlers: ConnectionHandlers,
  listeners: Listener[],
): Promise<Addresses> {
  const { host, port, wsPort, socket } = config
  refuseInClear(config)
  const opened = async (listening: Promise<Listener>) => {
    const listener = await listening
    listeners.push(listener)
    await selfTest(listener.url)
    return listener.url
  }
  // The socket first: if the home is started twice, the error names the home and not a port.
  const unix = socket === null ? null : await opened(listenSocket(socket, handlers))
  const tcp = port === null ? null : await opened(listenTcp({ host, port }, handlers))
  const ws = wsPort === null ? null : await opened(listenWs({ host, port: wsPort }, handlers))
  return { mqtt: tcp ?? unix ?? '', ws, socket: unix }
}

function refuseInClear({ host, port, wsPort, tls, plaintext }: BrokerConfig): void {
  const isOpen = port !== null || wsPort !== null
  if (!isOpen || tls !== null || plaintext === 'yes' || isLoopback(host)) return
  throw new KeysideError(
    'broker_plaintext',
    `the broker would listen in clear on ${host}, where others can listen too: name a certificate in broker.tls, or write "plaintext: yes" there if nobody else is on that network`,
  )
}

async function selfTest(url: string): Promise<void> {
  const result = await connectWithoutToken(url, SELF_TEST_MS)
  if (result === 'refused') return
  throw new KeysideError(
    'broker_self_test_failed',
    `a client without a token was not refused at ${url} (${result}): the broker stays down`,
  )
}
