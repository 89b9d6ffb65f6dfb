// Output at the terminal.
import { wrapped } from './wrapped.ts'

export function print(...lines: string[]): void {
  for (const line of lines) process.stdout.write(`${wrapped(line, process.stdout.columns)}\n`)
}

/** A sentence, and the code that docs/errors.md has it under. */
export function printError(sentence: string, code: string): void {
  process.stderr.write(`${wrapped(`${sentence} (${code})`, process.stderr.columns)}\n`)
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
