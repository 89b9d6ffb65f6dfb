// Lets in only programs and pages of this machine: no foreign website may play the trader.
import type { IncomingHttpHeaders } from 'node:http'

export const CONTROL_REFUSALS = [
  {
    code: 'foreign-host',
    status: 403,
    sentence: 'open the sandbox chat by its own address, 127.0.0.1 or localhost with its port',
  },
  {
    code: 'foreign-origin',
    status: 403,
    sentence: 'another website sent this request; only the sandbox chat page itself may act',
  },
  {
    code: 'not-json',
    status: 415,
    sentence: 'send the body as a JSON object with content-type application/json',
  },
  {
    code: 'bad-request',
    status: 400,
    sentence: 'the body has not the fields that this address needs; see sandbox/README.md',
  },
  {
    code: 'unknown-user',
    status: 404,
    sentence: 'this sandbox has no such user; list the users when starting it',
  },
  {
    code: 'no-such-button',
    status: 409,
    sentence: 'the message has no such button any more; look at the newest state of the chat',
  },
  {
    code: 'not-found',
    status: 404,
    sentence: 'the sandbox has nothing at this address; see sandbox/README.md',
  },
] as const

export type ControlCode = (typeof CONTROL_REFUSALS)[number]['code']

type Visit = {
  method: string
  path: string
  headers: IncomingHttpHeaders
  port: number
  /** Further names of this server: containers know it by one. */
  names?: readonly string[]
}

/**
 * A foreign Host is DNS rebinding, a foreign Origin is request forgery.
 * Following a link to the page itself stays possible, as with a t.me link.
 */
export function refuseRemote(visit: Visit): 'foreign-host' | 'foreign-origin' | undefined {
  const { host = '', origin } = visit.headers
  const ours = ['127.0.0.1', 'localhost', ...(visit.names ?? [])].map(
    (name) => `${name}:${visit.port}`,
  )
  if (!ours.includes(host)) return 'foreign-host'
  if (origin !== undefined && origin !== `http://${host}`) return 'foreign-origin'
  const site = visit.headers['sec-fetch-site'] ?? 'none'
  const link = visit.method === 'GET' && visit.path === '/'
  return site === 'none' || site === 'same-origin' || link ? undefined : 'foreign-origin'
}
