// What other folders may use of strategies, without the engine.

export { INDICATORS } from '../indicators/table.ts'
export { type Checked, checkStrategy, warmupOf } from './check.ts'
export type { Read } from './file/read-strategy.ts'
export { problemText } from './file/report.ts'
export type { Rule, Strategy } from './file/strategy.ts'
export {
  isTypeScript,
  readStrategyFile,
  strategyFiles,
  strategyTextReader,
} from './read-strategy-file.ts'
export { print as ruleText } from './rules/print.ts'
export { saidParts } from './said-parts.ts'
