// How much a file in TypeScript may say: as much as a rule file.
import { MAX_LENGTH, MAX_SERIES } from '../file/read-strategy.ts'
import { MAX_REASON } from '../rules/explain.ts'
import { MAX_RULE_LENGTH } from '../rules/tokens.ts'
import { MAX_AGO } from '../rules/tree.ts'
import type { Limits } from './candle-values.ts'

export const LIMITS: Limits = {
  file: MAX_LENGTH,
  series: MAX_SERIES,
  ago: MAX_AGO,
  text: MAX_RULE_LENGTH,
  reason: MAX_REASON,
  phrases: 12,
}
