// Strategies in TypeScript for tests: the parts of a file that matter, the rest filled in.
import { problemText } from '../../file/report.ts'
import type { Strategy } from '../../file/strategy.ts'
import { typeScriptReader } from '../read-typescript.ts'

interface Parts {
  /** Outside of the strategy. */
  readonly above?: string
  /** Keys beside those that every one has. */
  readonly keys?: string
  /** Of `build`, before what it gives back. */
  readonly build?: string
  readonly candle?: string
  readonly enter?: string
  readonly exit?: string
}

export function codeText({
  above = '',
  keys = '',
  build = '',
  candle,
  enter = 'false',
  exit,
}: Parts) {
  return `import type { Strategy } from './keyside.d.ts'
${above}
export default {
  name: 'coded', market: 'BTC/USDT', timeframe: '1m', size: '10 %', stop: '2 %',
  ${keys}
  build(context) {
    const close = context.series('close')
    ${build}
    return {
      ${candle === undefined ? '' : `candle: () => { ${candle} },`}
      enter: () => { ${/\breturn\b|\bthrow\b/.test(enter) ? enter : `return ${enter}`} },
      ${exit === undefined ? '' : `exit: (held) => { ${/\breturn\b/.test(exit) ? exit : `return ${exit}`} },`}
    }
  },
} satisfies Strategy
`
}

export function coded(parts: Parts): Strategy {
  const read = typeScriptReader('coded.ts', codeText(parts))({})
  if (!read.ok) throw new Error(read.problems.map(problemText).join('\n'))
  return read.strategies[0]
}

/** What is wrong with the text, in sentences. */
export function mistakes(text: string): readonly string[] {
  const read = typeScriptReader('coded.ts', text)({})
  return read.ok ? [] : read.problems.map(problemText)
}
