// A client that sends exactly what a test says, signed or not, where ccxt would tidy it up first.
import { createHmac } from 'node:crypto'
import type { SandboxExchange } from '../start.ts'
import { HMAC } from './open-exchange.ts'

export interface RawAnswer {
  readonly status: number
  readonly headers: Headers
  /** Parsed JSON, or the text where it is none. */
  readonly body: unknown
}

export interface RawOptions {
  readonly apiKey?: string | undefined
  readonly secret?: string
  readonly timestamp?: number
}

type Query = Readonly<Record<string, string | number>>

export async function raw(
  exchange: SandboxExchange,
  method: string,
  path: string,
  query = '',
  apiKey?: string,
): Promise<RawAnswer> {
  const url = `${exchange.address}${path}${query === '' ? '' : `?${query}`}`
  const headers = apiKey === undefined ? {} : { 'X-MBX-APIKEY': apiKey }
  const response = await fetch(url, { method, headers })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: tryJson(text) }
}

export function signed(
  exchange: SandboxExchange,
  method: string,
  path: string,
  query: Query = {},
  options: RawOptions = {},
): Promise<RawAnswer> {
  const text = textOf({ ...query, timestamp: options.timestamp ?? Date.now() })
  const secret = options.secret ?? HMAC.secret
  const signature = createHmac('sha256', secret).update(text).digest('hex')
  const apiKey = 'apiKey' in options ? options.apiKey : HMAC.apiKey
  return raw(exchange, method, path, `${text}&signature=${signature}`, apiKey)
}

function textOf(query: Query): string {
  return new URLSearchParams(
    Object.entries(query).map(([name, value]) => [name, String(value)]),
  ).toString()
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
