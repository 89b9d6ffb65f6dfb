// An exchange's answer as it came: every whole number keeps its digits, and one long number changes no other.

/** So many digits may be above 2^53; with fewer there is nothing to keep. */
const LONG = /\d{16}/
const WHOLE = /^-?\d+$/

/**
 * Undefined where it is no JSON. A whole number that a double cannot hold becomes the string of its digits. ccxt would
 * turn every number of such an answer into a string, and times and amounts with it.
 */
export function readJson(text: string): unknown {
  try {
    return LONG.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `rest` holds the number's own characters. */
function keepDigits(_key: string, value: unknown, ...rest: readonly unknown[]): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const { source } = Object(rest[0]) as { source?: unknown }
  return typeof source === 'string' && WHOLE.test(source) ? source : value
}
