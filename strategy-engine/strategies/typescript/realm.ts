// A realm of its own for a strategy's code: the language and nothing else. It keeps what is decided repeatable; what
// keeps a hostile file from keys and network is the process that this runs in.
import { stripTypeScriptTypes } from 'node:module'
import { constants, createContext, runInContext, Script } from 'node:vm'
import { KeysideError } from '@keyside/runtime/error'
import { figure } from '../rules/figure.ts'
import { type Built, candleValues, type Limits } from './candle-values.ts'
import { bare, type Guest, guest } from './guest.ts'

/** What code may name of the language's own globals. */
const KEPT =
  'Object Function Array Number Boolean String Symbol BigInt Math JSON Map Set WeakMap WeakSet RegExp Proxy Reflect Iterator parseFloat parseInt isFinite isNaN Infinity NaN undefined globalThis Error RangeError TypeError SyntaxError ReferenceError EvalError URIError AggregateError'
/** What people look for and is not there: with a sentence. */
const ABSENT =
  'process require module fetch WebSocket XMLHttpRequest setTimeout setInterval setImmediate queueMicrotask console performance crypto Date Temporal Intl Promise WebAssembly SharedArrayBuffer Atomics ArrayBuffer DataView Float64Array Float32Array Int32Array Uint32Array Uint8Array Int8Array Int16Array Uint16Array Buffer WeakRef FinalizationRegistry eval'

/** The end of a step that does not end by itself, ms. */
const STEP_MS = 3_000

export interface Read {
  readonly text: string
  readonly kind: 'series' | 'rule'
}

/** The code of one file, evaluated once. All that it throws comes out as `strategy_failed`, with the reason. */
export class Realm {
  readonly #guest: Guest
  readonly #file: string
  readonly #limits: Limits
  readonly #stepMs: number

  /** Throws `strategy_invalid` for what is no strategy in TypeScript. */
  constructor(file: string, text: string, limits: Limits, stepMs = STEP_MS) {
    this.#file = file
    this.#limits = limits
    this.#stepMs = stepMs
    const realm = createContext(constants.DONT_CONTEXTIFY, {
      codeGeneration: { strings: false, wasm: false },
      // Nothing runs later than it is asked for.
      microtaskMode: 'afterEvaluate',
    })
    const run = (source: string) => runInContext(source, realm)
    const bounds = JSON.stringify(limits)
    const { given, made } = run(
      `{ const given = {}; const made = (${guest})(given, (${candleValues})(${figure}, ${bounds}), ${bounds}); ({ given, made }) }`,
    )
    run(`(${bare})(${JSON.stringify(KEPT.split(' '))}, ${JSON.stringify(ABSENT.split(' '))})`)
    this.#guest = made
    const script = compiled(file, text, limits.file)
    this.#evaluate(() => {
      const body = script.runInContext(realm)
      withEnd(() => body(given), stepMs)
    })
  }

  /** All keys but `build`. */
  get declaration(): unknown {
    const json = this.#said(this.#guest.declaration())
    if (json.length > this.#limits.file) throw failed(this.#file, 'says too much beside its code')
    return JSON.parse(json)
  }

  /** Gives what it reads, in the order of the values. */
  build(about: Built): { readonly at: number; readonly reads: readonly Read[] } {
    const at = this.#said(withEnd(() => this.#guest.build(JSON.stringify(about)), this.#stepMs))
    return { at, reads: JSON.parse(this.#said(this.#guest.asked(at))) }
  }

  enter(at: number, values: ArrayLike<number>, closed: number): number {
    this.#guest.inbox(at).set(values)
    return this.#said(this.#guest.enter(at, closed))
  }

  exit(at: number, ...held: Numbers): number {
    return this.#said(this.#guest.exit(at, ...held))
  }

  /** Of the last yes: one line of ASCII. */
  reason(at: number): string {
    return `${this.#guest.reason(at)}`.replace(/[^\x20-\x7e]/g, '?').slice(0, this.#limits.reason)
  }

  stop(at: number): number | null {
    const stop = this.#guest.stop(at)
    return Number.isNaN(stop) ? null : stop
  }

  part(at: number): number {
    return this.#guest.part(at)
  }

  #said<T>(answer: T): T {
    const failure = this.#guest.failure()
    if (failure !== '') throw failed(this.#file, failure)
    return answer
  }

  #evaluate(run: () => void): void {
    try {
      run()
    } catch (error) {
      throw error instanceof KeysideError ? error : failed(this.#file, saidOf(error))
    }
  }
}

/** Entry, first entry, profit, age, highest, lowest, candles. */
export type Numbers = [number, number, number, number, number, number, number]

export function failed(file: string, why: string): KeysideError {
  return new KeysideError(
    'strategy_failed',
    `${file}: the strategy ${why.replace(/[^\x20-\x7e]/g, '?')}`,
  )
}

/** Runs in the same thread, and is ended after `ms`: an endless loop too. */
export function withEnd<T>(run: () => T, ms = STEP_MS): T {
  caller.run = run
  try {
    return CALL.runInContext(calling, { timeout: ms })
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    throw new KeysideError(
      'strategy_failed',
      `a strategy did not come to an end within ${ms / 1000} s: is there a loop without end?`,
    )
  }
}

const CALL = new Script('run()')
const caller: { run: () => unknown } = { run: () => undefined }
const calling = createContext(caller)

/** The default export becomes an assignment of the same length, so that lines and columns stay. */
function compiled(file: string, text: string, most: number): Script {
  const invalid = (message: string) => new KeysideError('strategy_invalid', `${file}: ${message}`)
  if (text.length > most) throw invalid(`a strategy file has at most ${most} characters`)
  let code: string
  try {
    code = stripTypeScriptTypes(text)
  } catch (error) {
    const { message } = error as Error
    throw invalid(`cannot read it as TypeScript: ${message}`)
  }
  const imports = /^[ \t]*import\b/m.exec(code) ?? /\bimport\s*\(/.exec(code)
  if (imports !== null)
    throw invalid(
      `line ${lineOf(code, imports.index)}: a strategy imports types alone ("import type")`,
    )
  const exported = [...code.matchAll(/^export\b( default\b)?/gm)]
  if (exported.length !== 1 || exported[0]?.[1] === undefined)
    throw invalid(
      'expected "export default", once and at the beginning of a line, and no other export',
    )
  const body = code.replace(/^export default\b/m, 'made.strategy=')
  try {
    return new Script(`(made) => { 'use strict'; ${body}\n}`, {
      filename: 'strategy.ts',
      columnOffset: -26,
    })
  } catch (error) {
    const { message, stack = '' } = error as Error
    const [, line] = /^strategy\.ts:(\d+)/.exec(stack) ?? []
    throw invalid(`${line === undefined ? '' : `line ${line}: `}${message}`)
  }
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length
}

/** Of the realm, or of this one. */
function saidOf(thrown: unknown): string {
  try {
    const { name, message, stack } = thrown as Error
    const [, line] = /strategy\.ts:(\d+):\d+/.exec(`${stack}`) ?? []
    return `threw ${`${name}: ${message}`.slice(0, 200)}${line === undefined ? '' : ` at line ${line}`}`
  } catch {
    return 'threw something that cannot be shown'
  }
}
