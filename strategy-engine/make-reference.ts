// Writes what is derived in docs/: the table of indicators in strategies.md, and strategy.schema.json. `npm run reference`
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { strategySchema } from './strategies/file/json-schema.ts'
import { indicatorTable } from './strategies/file/reference.ts'

const docs = join(import.meta.dirname, '../docs')
const page = join(docs, 'strategies.md')
const TABLE = /\| indicator \|(?:.*\n)*?(?=\n)/

writeFileSync(
  page,
  readFileSync(page, 'utf8').replace(TABLE, () => `${indicatorTable()}\n`),
)
const schema = JSON.stringify(strategySchema(), null, 2)
writeFileSync(join(docs, 'strategy.schema.json'), `${schema}\n`)
