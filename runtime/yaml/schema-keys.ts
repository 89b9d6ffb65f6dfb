// Which keys a schema knows at a place of what it reads, for the sentence about one that it does not know.
import { z } from 'zod'

/** Without those that are free to choose, such as names of streams. */
export function keysAt(schema: unknown, path: readonly PropertyKey[]): readonly string[] {
  const found = path.reduce<readonly unknown[]>(
    (schemas, key) => schemas.flatMap(partsOf).flatMap((one) => below(one, key)),
    [schema],
  )
  const objects = found.flatMap(partsOf).filter((one) => one instanceof z.ZodObject)
  return [...new Set(objects.flatMap(({ shape }) => Object.keys(shape)))]
}

/** What may stand there, without what only wraps it. */
function partsOf(schema: unknown): readonly unknown[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(partsOf)
  if (schema instanceof z.ZodPipe) return partsOf(schema.in)
  if (!(schema instanceof z.ZodType)) return [schema]
  const { innerType } = schema.def as { readonly innerType?: unknown }
  return innerType === undefined ? [schema] : partsOf(innerType)
}

function below(schema: unknown, key: PropertyKey): readonly unknown[] {
  if (schema instanceof z.ZodRecord) return [schema.valueType]
  if (schema instanceof z.ZodArray) return [schema.element]
  if (!(schema instanceof z.ZodObject)) return []
  return Object.entries(schema.shape).flatMap(([name, part]) => (name === key ? [part] : []))
}
