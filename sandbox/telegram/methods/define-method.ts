// Joins a method's parameter schema with its handler and checks every call against the schema.
import { z } from 'zod'
import { type DecodedCall, parseJson } from '../decode-call.ts'
import { TelegramRefusal } from '../refusals.ts'
import type { World } from '../world.ts'

export type Request = { files: DecodedCall['files']; signal: AbortSignal }

export type Method = {
  /** The parameters the sandbox speaks: all official, though not all official ones. */
  parameters: readonly string[]
  answer: (world: World, call: DecodedCall, signal: AbortSignal) => unknown
}

/** Messages are addressed by a number; Telegram also takes it as text, as forms must. */
export const chatId = z.union([z.int(), z.string().regex(/^(?:-?\d+|@\w+)$/)])

export function defineMethod<Shape extends z.ZodRawShape>(
  shape: Shape,
  handle: (
    world: World,
    parameters: z.output<z.ZodObject<Shape, z.core.$strict>>,
    request: Request,
  ) => unknown,
): Method {
  const schema = z.strictObject(shape)
  return {
    parameters: Object.keys(shape),
    answer(world, { fields, encoding, files }, signal) {
      const read = schema.safeParse(encoding === 'form' ? unpack(fields, shape) : fields, {
        reportInput: true,
      })
      if (!read.success) throw refusalOf(read.error)
      return handle(world, read.data, { files, signal })
    },
  }
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
  if (issue?.code === 'unrecognized_keys')
    return new TelegramRefusal('unknownParameter', `"${[path, ...issue.keys].join(' ').trim()}"`)
  const missing = issue?.code === 'invalid_type' && issue.input === undefined
  return new TelegramRefusal(
    'badParameter',
    `"${path}" ${missing ? 'is required' : `is invalid: ${issue?.message ?? 'unreadable'}`}`,
  )
}
