// Reads the parameters and files of one Bot API request from its query and its body.
import { isUtf8 } from 'node:buffer'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { TelegramRefusal } from './refusals.ts'

const MAX_BODY_BYTES = 20 * 1024 * 1024

export type DecodedCall = {
  fields: Record<string, unknown>
  /** Form fields are all text: the schema decides later which of them hold JSON. */
  encoding: 'json' | 'form'
  files: Map<string, { name: string; bytes: Buffer }>
}

export async function decodeCall(request: IncomingMessage, query: string): Promise<DecodedCall> {
  const fields = Object.fromEntries(new URLSearchParams(query))
  const body = await readBody(request)
  const type = request.headers['content-type'] ?? ''
  checkDecoded(fields, query)
  if (body.length === 0) return { fields, encoding: 'form', files: new Map() }
  if (type.startsWith('application/json'))
    return { fields: { ...fields, ...readJson(body) }, encoding: 'json', files: new Map() }
  const form = await readForm(body, type)
  return { fields: { ...fields, ...form.fields }, encoding: 'form', files: form.files }
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= MAX_BODY_BYTES) chunks.push(chunk)
  })
  await once(request, 'end')
  if (size > MAX_BODY_BYTES) throw new TelegramRefusal('tooLarge')
  return Buffer.concat(chunks)
}

function readJson(body: Buffer): Record<string, unknown> {
  if (!isUtf8(body)) throw new TelegramRefusal('notUtf8')
  const value = parseJson(body.toString())
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new TelegramRefusal('badBody', 'expected a JSON object')
}

async function readForm(body: Buffer, type: string) {
  const response = new Response(new Uint8Array(body), { headers: { 'content-type': type } })
  const form = await response.formData().catch(() => {
    throw new TelegramRefusal('badBody', 'expected JSON, a URL-encoded form or multipart/form-data')
  })
  const fields: Record<string, unknown> = {}
  const files: DecodedCall['files'] = new Map()
  for (const [key, value] of form) {
    if (typeof value === 'string') fields[key] = value
    else files.set(key, { name: value.name, bytes: Buffer.from(await value.arrayBuffer()) })
  }
  checkDecoded(fields, body)
  return { fields, files }
}

/** Bytes that are no UTF-8 are decoded to U+FFFD: one that was not sent as such shows them. */
function checkDecoded(fields: Record<string, unknown>, source: string | Buffer): void {
  const text = Object.entries(fields).flat().join('')
  const sent = source.toString('latin1').match(/%EF%BF%BD|\xEF\xBF\xBD/gi)?.length ?? 0
  if (text.split('\uFFFD').length - 1 > sent) throw new TelegramRefusal('notUtf8')
}

/** The value, or undefined when the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
