// Suggests markets with a similar name for one that the exchange does not list.
import { editsBetween } from '@keyside/runtime/edits'

const MAX_NAMES = 6

/** The most similar first: the same coin, then a typing error. `wanted` and `all` are CCXT unified symbols. */
export function nearNames(wanted: string, all: readonly string[]): readonly string[] {
  const [base = '', quote = ''] = wanted.split('/')
  const rated = all.flatMap((name) => {
    const [itsBase = '', itsQuote = ''] = name.split('/')
    const slips = editsBetween(base, itsBase)
    const isFar = slips > Math.max(1, Math.floor(base.length / 3))
    return isFar ? [] : [{ name, slips: slips * 2 + (itsQuote === quote ? 0 : 1) }]
  })
  return rated
    .toSorted((a, b) => a.slips - b.slips || (a.name < b.name ? -1 : 1))
    .slice(0, MAX_NAMES)
    .map(({ name }) => name)
}
