/** `text` with `to` in place of `from`. Throws where `from` is missing: a test would go on with what it meant to change. */
export function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`nothing to replace: ${from}`)
  return text.replace(from, to)
}
