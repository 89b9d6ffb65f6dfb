// The strategy file as a JSON Schema, for editors. It knows keys and kinds of values; what a rule says it does not.
import { z } from 'zod'
import { strategyShape } from './shape.ts'

type Json = { [key: string]: unknown }

/** Of two keys one, and not both. */
const either = (...keys: readonly string[]): Json => ({ oneOf: keys.map(needing) })

/** Keys whose values are written without quotes as numbers too. */
const NUMBERS = ['params', 'let']

export function strategySchema(): Json {
  const made = z.toJSONSchema(strategyShape, { io: 'input' }) as Json
  const properties = made['properties'] as Record<string, Json>
  for (const key of NUMBERS) {
    const { additionalProperties: value } = properties[key] as { additionalProperties: Json }
    value['type'] = ['string', 'number']
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Keyside strategy',
    description: 'docs/strategies.md explains each key',
    ...made,
    allOf: [
      either('market', 'markets'),
      // A file without an entry has only alerts.
      {
        anyOf: [
          { allOf: [needing('enter'), needing('stop'), either('size', 'risk')] },
          needing('alert'),
        ],
      },
    ],
  }
}

function needing(key: string): Json {
  return { type: 'object', properties: { [key]: {} }, required: [key] }
}
