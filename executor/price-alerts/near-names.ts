// Markets whose names are like one that the exchange does not list.

const MOST = 6

/** The likest first: the same coin, then a slip of the pen. `wanted` and `all` are CCXT unified symbols. */
export function nearNames(wanted: string, all: readonly string[]): readonly string[] {
  const [base = '', quote = ''] = wanted.split('/')
  const rated = all.flatMap((name) => {
    const [itsBase = '', itsQuote = ''] = name.split('/')
    const slips = distance(base, itsBase)
    const isFar = slips > Math.max(1, Math.floor(base.length / 3))
    return isFar ? [] : [{ name, slips: slips * 2 + (itsQuote === quote ? 0 : 1) }]
  })
  return rated
    .toSorted((a, b) => a.slips - b.slips || (a.name < b.name ? -1 : 1))
    .slice(0, MOST)
    .map(({ name }) => name)
}

/** Levenshtein: letters to change, add or take out. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (const [at, letter] of [...a].entries()) {
    const next = [at + 1]
    for (const [column, other] of [...b].entries())
      next.push(
        Math.min(
          (row[column] ?? 0) + (letter === other ? 0 : 1),
          (row[column + 1] ?? 0) + 1,
          (next[column] ?? 0) + 1,
        ),
      )
    row = next
  }
  return row.at(-1) ?? 0
}
