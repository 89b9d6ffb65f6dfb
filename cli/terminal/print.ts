// Output at the terminal.
import { commandsFor } from '@keyside/runtime/base'
import { wrapped } from './wrapped.ts'

let account: string | null = null

/** From now on each command in a sentence names this account. */
export function nameAccount(name: string): void {
  account = name
}

export function print(...lines: string[]): void {
  for (const line of lines)
    process.stdout.write(`${wrapped(commandsFor(account, line), process.stdout.columns)}\n`)
}

/** For a program: lines as they stand, such as of a table or a calendar. */
export function printRaw(...lines: string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`)
}

/** A sentence, and the code that docs/errors.md has it under. */
export function printError(sentence: string, code: string): void {
  const text = `${commandsFor(account, sentence)} (${code})`
  process.stderr.write(`${wrapped(text, process.stderr.columns)}\n`)
}

/** A name in its column, and what is said of it. */
export function row(name: string, text: string): string {
  return `  ${name.padEnd(10)} ${text}`
}

/** Columns as wide as their widest cell; the last one runs on. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(...rows.map((cells) => cells[at]?.length ?? 0)),
  )
  return rows.map((cells) =>
    cells
      .map((cell, at) => (at === cells.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
      .join('  '),
  )
}

/** For a program: one JSON value on standard output. */
export function printJson(value: unknown): undefined {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}
