// What other folders may use of strategies, without the engine.
export { type Checked, checkStrategy, warmupOf } from './check.ts'
export { type Read, readStrategy } from './file/read-strategy.ts'
export { readStrategyFile } from './file/read-strategy-file.ts'
export { problemText } from './file/report.ts'
export type { Rule, Strategy } from './file/strategy.ts'
export { print as ruleText } from './rules/print.ts'
