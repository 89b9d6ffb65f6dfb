// The types of a strategy in TypeScript as a file of its own, for the folder in which strategies are written.

import { readFileSync } from 'node:fs'
import { installed } from '@keyside/runtime'
import { INDICATORS } from '@keyside/strategy-engine/strategies'

export const TYPES_FILE = 'keyside.d.ts'

const SOURCE = installed(`strategy-engine/strategies/typescript/${TYPES_FILE}`)

/** With the name of every indicator, so that an editor knows them. */
export function typesFile(): string {
  const names = Object.keys(INDICATORS).sort()
  const union = names.map((name) => `  | '${name}'`).join('\n')
  return readFileSync(SOURCE, 'utf8').replace(
    /^\/\*\* Names of docs.*\nexport type IndicatorName = string/m,
    `/** Names of docs/indicators.md. */\nexport type IndicatorName =\n${union}`,
  )
}
