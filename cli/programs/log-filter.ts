// Picks warnings and errors from a program's log, as text.
const WARN = 40

/** Null for a line below warning level. A line that is not a log entry is returned as it is. */
export function warningIn(line: string): string | null {
  let entry: { level?: unknown; msg?: unknown }
  try {
    entry = JSON.parse(line)
  } catch {
    return line
  }
  return Number(entry.level) >= WARN ? String(entry.msg) : null
}
