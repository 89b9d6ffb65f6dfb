// Cuts a connection on purpose: what an order becomes whose request or answer was lost on the way.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientRequest, IncomingMessage } from 'node:http'

/** `request`: nothing of it leaves this device. `answer`: the venue has it, and what it says is lost. */
export type Lost = 'request' | 'answer'

/** Node's own channel of all requests of this process, before anything of them is written. */
const CREATED = 'http.client.request.created'

/** Of all that happens meanwhile it is the first that posts something: quotes and clocks are only read. */
export async function losing<T>(lost: Lost, send: () => Promise<T>): Promise<T> {
  let isDone = false
  const onCreated = (message: unknown) => {
    const { request } = message as { request: ClientRequest }
    if (isDone || request.method !== 'POST') return
    isDone = true
    const error = new Error('cut on purpose')
    if (lost === 'request') request.destroy(error)
    else request.prependOnceListener('response', (answer: IncomingMessage) => answer.destroy(error))
  }
  subscribe(CREATED, onCreated)
  try {
    return await send()
  } finally {
    unsubscribe(CREATED, onCreated)
  }
}
