// Stretches of time, as lists of spans that are in order and do not touch.

/** From and to, Unix seconds; `to` is no part of it. */
export type Span = readonly [from: number, to: number]

/** Whatever is in one of them, or in several. */
export function union(spans: readonly Span[]): Span[] {
  const joined: [number, number][] = []
  for (const [from, to] of spans.toSorted(([one], [other]) => one - other)) {
    if (to <= from) continue
    const last = joined.at(-1)
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to)
    else joined.push([from, to])
  }
  return joined
}

/** What of `whole` is in none of these, which `union` made. */
export function outside([from, to]: Span, spans: readonly Span[]): Span[] {
  const left: Span[] = []
  let at = from
  for (const [begin, end] of spans) {
    if (begin >= to) break
    if (begin > at) left.push([at, begin])
    at = Math.max(at, end)
  }
  if (at < to) left.push([at, to])
  return left
}
