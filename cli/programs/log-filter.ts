// What a person should see of a program's log: warnings and worse, in words.
const WARN = 40

/** Null for a line that says nothing is wrong. A line that is no log entry comes back as it is. */
export function warningIn(line: string): string | null {
  let entry: { level?: unknown; msg?: unknown }
  try {
    entry = JSON.parse(line)
  } catch {
    return line
  }
  return Number(entry.level) >= WARN ? String(entry.msg) : null
}
