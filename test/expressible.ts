// How many published strategies the rule language can say: npm run expressible -- TABLE.json ...
// A table is { "<strategy>": ["<feature>", ...] }: which features each strategy uses, by the names in expressible-features.ts.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { z } from 'zod'
import { type Read, readStrategy } from '../strategy-engine/strategies/file/read-strategy.ts'
import { strategyTextReader } from '../strategy-engine/strategies/read-strategy-file.ts'
import { type Answer, FEATURES } from './expressible-features.ts'

const table = z.record(z.string(), z.array(z.string()))

const USUAL = {
  name: 'probe',
  market: 'ETH/USDT',
  timeframe: '5m',
  enter: 'close > 1',
  size: '10 %',
  stop: '2 %',
}

/** What is wrong with how a feature is said; null if nothing is. */
export function complaint(answer: Answer | undefined): string | null {
  if (answer === undefined) return 'not in the list of features'
  if (answer.how === 'no') return 'there is no way to say it'
  if (answer.how === 'code')
    return mistakeOf(strategyTextReader('probe.ts', codeOf(answer.build))())
  const fields = Object.entries({ ...USUAL, ...answer.fields })
  return mistakeOf(readStrategy(fields.map(([key, value]) => `${key}: ${value}\n`).join('')))
}

function mistakeOf(read: Read): string | null {
  return read.ok ? null : (read.problems[0]?.message ?? 'it is refused')
}

function codeOf(build: string): string {
  return `export default {
  name: 'probe',
  market: 'ETH/USDT',
  timeframe: '5m',
  size: '10 %',
  stop: '2 %',
  build({ series, rule, indicator, param }) {${build}
  },
}
`
}

function answerTo(name: string): Answer | undefined {
  return Object.hasOwn(FEATURES, name) ? FEATURES[name] : undefined
}

export interface Count {
  readonly all: number
  /** Said in full by rules. */
  readonly language: number
  /** Of those, with a stop that moves at the close of a candle. */
  readonly moves: number
  /** Those, and the ones that are said in full by code. */
  readonly code: number
  /** Those, and the ones that are said nearly. */
  readonly near: number
  /** Features that stand in the way, with the number of strategies that they alone keep out. */
  readonly missing: readonly (readonly [string, number])[]
}

export function count(strategies: Readonly<Record<string, readonly string[]>>): Count {
  const lists = Object.values(strategies)
  const refused = new Map(
    [...new Set(lists.flat())].map((name) => [name, complaint(answerTo(name)) !== null]),
  )
  const is = (how: Answer['how']) => (name: string) => answerTo(name)?.how === how
  const isMove = (name: string) => {
    const answer = answerTo(name)
    return answer?.how === 'language' && answer.moves === true
  }
  const inFull = (features: readonly string[]) => !features.some(is('near'))
  const sayable = lists.filter((features) => !features.some((name) => refused.get(name)))
  const said = sayable.filter((one) => inFull(one) && !one.some(is('code')))
  const alone = new Map<string, number>()
  for (const features of lists) {
    const [only, ...others] = features.filter((name) => refused.get(name))
    if (only !== undefined && others.length === 0) alone.set(only, (alone.get(only) ?? 0) + 1)
  }
  return {
    all: lists.length,
    language: said.length,
    moves: said.filter((one) => one.some(isMove)).length,
    code: sayable.filter(inFull).length,
    near: sayable.length,
    missing: [...alone].sort(([, a], [, b]) => b - a),
  }
}

function print(file: string): void {
  const { all, language, moves, code, near, missing } = count(
    table.parse(JSON.parse(readFileSync(file, 'utf8'))),
  )
  const share = (part: number) => `${part} of ${all} (${((100 * part) / all).toFixed(1)} %)`
  console.log(`\n${basename(file)}: ${all} strategies`)
  console.log(`  said by the language          ${share(language)}`)
  console.log(`    with a stop that moves      ${share(moves)}`)
  console.log(`  and by code in TypeScript     ${share(code)}`)
  console.log(`  with what is said nearly      ${share(near)}`)
  for (const [name, kept] of missing) console.log(`  kept out by this alone: ${kept}  ${name}`)
}

if (import.meta.main) {
  const files = process.argv.slice(2)
  if (files.length === 0) console.log('usage: npm run expressible -- TABLE.json ...')
  for (const file of files) print(file)
  for (const [name, answer] of Object.entries(FEATURES))
    if (answer.how === 'near') console.log(`\nnearly: ${name}: ${answer.but}`)
}
