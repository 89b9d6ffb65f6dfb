// Picks warnings and errors from a program's log, as text.
const WARN = 40

/** Null for a line below warning level, and for one that the parent was `told` besides. A line that is not a log entry is returned as it is. */
export function warningIn(line: string): string | null {
  let entry: { level?: unknown; msg?: unknown; told?: unknown }
  try {
    entry = JSON.parse(line)
  } catch {
    return line
  }
  return Number(entry.level) >= WARN && entry.told !== true ? String(entry.msg) : null
}
