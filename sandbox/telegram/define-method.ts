// Joins a method's parameter schema with its handler, and checks every call against the schema.
import { z } from 'zod'
import { type DecodedCall, parseJson } from './decode-call.ts'
import { TelegramRefusal } from './refusals.ts'
import type { TelegramState } from './telegram-state.ts'

export type Request = {
  files: DecodedCall['files']
  signal: AbortSignal
  /** Notes what Telegram lets pass and a bot should not send. */
  warn: (warning: string) => void
}

export type Method = {
  /** The parameters the sandbox speaks: all official, though not all official ones. */
  parameters: readonly string[]
  answer: (state: TelegramState, call: DecodedCall, rest: Omit<Request, 'files'>) => unknown
}

/** Messages are addressed by a number; Telegram also takes it as text, as forms must. */
export const chatId = z.union([z.int(), z.string().regex(/^(?:-?\d+|@\w+)$/)])

export function defineMethod<Shape extends z.ZodRawShape>(
  shape: Shape,
  handle: (
    state: TelegramState,
    parameters: z.output<z.ZodObject<Shape>>,
    request: Request,
  ) => unknown,
): Method {
  const schema = z.object(shape)
  return {
    parameters: Object.keys(shape),
    answer(state, { fields, encoding, files }, rest) {
      const given = encoding === 'form' ? unpack(fields, shape) : fields
      if (!isWellFormed(given)) throw new TelegramRefusal('notUtf8')
      const read = schema.safeParse(given, { reportInput: true })
      if (!read.success) throw refusalOf(read.error)
      for (const path of unknownIn(given, read.data)) rest.warn(`unknown parameter "${path}"`)
      return handle(state, read.data, { files, ...rest })
    },
  }
}

/** A half of a surrogate pair can be written in JSON, and is no character. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, part]) => key.isWellFormed() && isWellFormed(part))
}

/** The paths that a schema has left out: Telegram leaves them out without a word. */
function unknownIn(given: unknown, kept: unknown, path = ''): string[] {
  if (typeof given !== 'object' || given === null) return []
  if (typeof kept !== 'object' || kept === null) return []
  const known = new Map(Object.entries(kept))
  return Object.entries(given).flatMap(([key, part]) => {
    const at = path === '' ? key : `${path}.${key}`
    return known.has(key) ? unknownIn(part, known.get(key), at) : [at]
  })
}

/** A form sends everything as text: what is not a text by its schema is JSON inside. */
function unpack(fields: Record<string, unknown>, shape: z.ZodRawShape): Record<string, unknown> {
  const entries = Object.entries(fields).map(([key, value]): [string, unknown] => {
    const schema = shape[key]
    const asText = !schema || z.safeParse(schema, value).success
    return [key, asText || typeof value !== 'string' ? value : (parseJson(value) ?? value)]
  })
  return Object.fromEntries(entries)
}

function refusalOf(error: z.ZodError): TelegramRefusal {
  const issue = error.issues[0]
  const path = issue?.path.join('.') ?? ''
  const missing = issue?.code === 'invalid_type' && issue.input === undefined
  return new TelegramRefusal(
    'badParameter',
    `"${path}" ${missing ? 'is required' : `is invalid: ${issue?.message ?? 'unreadable'}`}`,
  )
}
