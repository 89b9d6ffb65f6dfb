// From the text of a file in TypeScript to its strategies, its code running in a realm of this process.
import { KeysideError } from '@keyside/runtime'
import type { Read } from '../file/read-strategy.ts'
import { problemAt } from '../file/report.ts'
import type { Code, CodeRun, Held, Problem, Strategy } from '../file/strategy.ts'
import { builtFor, readDeclaration, withCode } from './declaration.ts'
import { LIMITS } from './limits.ts'
import { failed, type Numbers, Realm, withEnd } from './realm.ts'

type Params = Readonly<Record<string, number>>

/**
 * Its code is evaluated once, for many values of its params, which count in place of the file's own. `file` is what
 * sentences call it.
 */
export function typeScriptReader(file: string, text: string): (params: Params) => Read {
  const realm = told(text, () => ({ ok: true as const, realm: new Realm(file, text, LIMITS) }))
  return (params) => (realm.ok ? told(text, () => readIn(realm.realm, file, text, params)) : realm)
}

function readIn(realm: Realm, file: string, text: string, params: Params): Read {
  const declared = readDeclaration(text, realm.declaration, params)
  if (!declared.ok) return declared
  const { written } = declared
  const problems: Problem[] = []
  const strategies = declared.strategies.flatMap((strategy) => {
    const { reads } = realm.build(builtFor(strategy))
    const code = codeOf(file, realm, strategy, reads.map(({ text }) => text).join('\n'))
    const read = withCode(text, { written, strategy }, reads, (trees) => ({
      ...code,
      reads: trees,
    }))
    if (!read.ok) problems.push(...read.problems)
    return read.ok ? [read.strategy] : []
  })
  const [first, ...others] = strategies
  if (problems.length > 0 || first === undefined) return { ok: false, problems }
  return { ok: true, strategies: [first, ...others] }
}

/** What the realm refuses is a mistake of the file, at the line that it names. */
function told<T>(text: string, read: () => T): T | Extract<Read, { ok: false }> {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof KeysideError)) throw error
    return { ok: false, problems: [problemOf(text, error)] }
  }
}

export function problemOf(text: string, { message }: KeysideError): Problem {
  const [, line = '1'] = /\bline (\d+)/.exec(message) ?? []
  return problemAt(text, { line: Number(line), column: 1 }, message)
}

type Asked = Omit<Code, 'reads'>

/** A thousand candles, ms. */
const BLOCK_MS = 20_000

/** Each run has been built of its own: nothing of one is left in the next but what the file keeps outside of `build`. */
function codeOf(file: string, realm: Realm, strategy: Strategy, texts: string): Asked {
  const begin: Code['begin'] = (_, again = false) => {
    const { at, reads } = realm.build(builtFor(strategy, again))
    if (reads.map(({ text }) => text).join('\n') !== texts)
      throw failed(file, 'asks for other series each time that it is built')
    return runOf(realm, at)
  }
  return { begin, within: (run) => withEnd(run, BLOCK_MS) }
}

function runOf(realm: Realm, at: number): CodeRun {
  let [entryReason, exitReason] = ['', '']
  return {
    enter: (values, closed) => {
      const holds = realm.enter(at, values, closed)
      if (holds === 1) entryReason = realm.reason(at)
      return holds
    },
    exit: (held) => {
      const holds = realm.exit(at, ...numbersOf(held))
      if (holds === 1) exitReason = realm.reason(at)
      return holds
    },
    get entryReason() {
      return entryReason
    },
    get exitReason() {
      return exitReason
    },
    get stop() {
      return realm.stop(at)
    },
    get part() {
      return realm.part(at)
    },
  }
}

export function numbersOf(held: Held): Numbers {
  return [
    held.entry,
    held['first entry'],
    held.profit,
    held.age,
    held['highest since entry'],
    held['lowest since entry'],
    held['candles since entry'],
  ]
}
