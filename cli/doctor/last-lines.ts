// The last lines of each log of a home, with what may be shown of them.

import { closeSync, fstatSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { openPlainFile } from '@keyside/runtime'
import { PROGRAMS } from '../programs/program-names.ts'
import { shownCode } from './known-names.ts'
import type { Redactor } from './redactor.ts'

/** Of each log. */
const LINES = 60
/** Bytes from the end of a log that are read for them. */
const TAIL = 200_000
const LEVELS: Readonly<Record<number, string>> = {
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
}
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z/
/** Fields that say which of several something is about: a mark for each. */
const ABOUT = ['stream', 'market', 'provider', 'client', 'device', 'account', 'broker', 'topic']

/** For each log what it is of, and its lines. */
export function lastLines(
  home: string,
  words: Redactor,
): readonly { readonly log: string; readonly lines: readonly string[] }[] {
  const folder = join(home, 'logs')
  return filesIn(folder)
    .filter((name) => name.endsWith('.log'))
    .sort()
    .map((name) => ({
      log: logName(name.slice(0, -'.log'.length), words),
      lines: tailOf(join(folder, name))
        .flatMap((line) => readLine(line) ?? [])
        .slice(-LINES)
        .map((line) => shownLine(line, words)),
    }))
}

/** Of an account beside the home's own the log bears its name. */
function logName(name: string, words: Redactor): string {
  const known: readonly string[] = [...PROGRAMS, 'up', 'sandbox']
  if (known.includes(name)) return name
  return name.startsWith('executor-')
    ? `executor of account ${words.mark(name.slice('executor-'.length))}`
    : `another, ${words.mark(name)}`
}

interface Line {
  readonly time: string
  readonly level: string
  readonly text: string
  /** What else an entry of a program's log has. */
  readonly entry: Readonly<Record<string, unknown>>
}

/** Null for an empty one, and for one that is below what a log has by default. */
function readLine(line: string): Line | null {
  const entry = parsed(line)
  const time = TIME.exec(entry === null ? line : String(entry['time']))?.[0] ?? ''
  if (entry === null) {
    const text = line.slice(time.length).trim()
    return text === '' ? null : { time, level: '', text, entry: {} }
  }
  const level = LEVELS[Number(entry['level'])]
  return level === undefined ? null : { time, level, text: String(entry['msg'] ?? ''), entry }
}

function shownLine({ time, level, text, entry }: Line, words: Redactor): string {
  const code = entry['code'] === undefined ? '' : `(${shownCode(String(entry['code']))})`
  const about = ABOUT.filter((name) => typeof entry[name] === 'string').map(
    (name) => `${name} ${words.mark(String(entry[name]))}`,
  )
  const parts = [time, level, words.show(text), code, errorOf(entry, words), ...about]
  return parts.filter((part) => part !== '').join(' ')
}

function errorOf(entry: Line['entry'], words: Redactor): string {
  const error = entry['err'] ?? entry['error']
  if (typeof error !== 'object' || error === null) return ''
  const { type = '', message = '', code = '' } = error as Readonly<Record<string, unknown>>
  const shown = [type, code, message].map((part) => words.show(String(part)))
  return `<${shown.filter((part) => part !== '').join(' ')}>`
}

function parsed(line: string): Line['entry'] | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null
  } catch {
    return null
  }
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Whole lines; none of what is no file that this user may read. */
function tailOf(path: string): readonly string[] {
  let file: number
  try {
    file = openPlainFile(path)
  } catch {
    return []
  }
  try {
    const { size } = fstatSync(file)
    const from = Math.max(0, size - TAIL)
    const bytes = Buffer.alloc(size - from)
    const read = readSync(file, bytes, 0, bytes.length, from)
    const lines = bytes.subarray(0, read).toString('utf8').split('\n')
    return from === 0 ? lines : lines.slice(1)
  } finally {
    closeSync(file)
  }
}
