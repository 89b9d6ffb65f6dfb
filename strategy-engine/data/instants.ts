// Instants as text, UTC.

/** `2024-01-01 00:00:00 UTC`, or the number itself where it is no time. Unix seconds. */
export function instantText(at: number | undefined): string {
  const date = new Date((at ?? Number.NaN) * 1000)
  if (Number.isNaN(date.getTime())) return String(at)
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
