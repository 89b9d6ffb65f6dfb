// Writes docs/strategy.schema.json, which editors read: npm run schema
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { strategySchema } from './strategies/file/json-schema.ts'

const file = join(import.meta.dirname, '../docs/strategy.schema.json')
writeFileSync(file, `${JSON.stringify(strategySchema(), null, 2)}\n`)
