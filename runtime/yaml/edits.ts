// How far two words are apart, and which of those that are known was meant.

/** Letters to change, add or take out; two that changed places are one. */
export function editsBetween(a: string, b: string): number {
  let [before, row] = [[] as number[], Array.from({ length: b.length + 1 }, (_, i) => i)]
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      const changed = (row[j - 1] ?? 0) + same
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? (before[j - 2] ?? 0) + 1
          : Number.POSITIVE_INFINITY
      next.push(Math.min(changed, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    ;[before, row] = [row, next]
  }
  return row[b.length] ?? 0
}

const MAX_WORD = 40

/** Of the known words the one that was meant; null when none is near enough. */
export function nearestWord(word: string, known: readonly string[]): string | null {
  if (word.length > MAX_WORD) return null
  const typed = simple(word)
  let best: { name: string; distance: number } | null = null
  for (const name of known) {
    // Each letter more or less is an edit.
    if (Math.abs(name.length - word.length) > word.length / 3 + 1) continue
    const away = editsBetween(typed, simple(name))
    if (best === null || away < best.distance) best = { name, distance: away }
  }
  const most = Math.ceil(Math.min(word.length, best?.name.length ?? 0) / 3)
  return best !== null && best.distance <= most ? best.name : null
}

/** Case and joining signs are no difference. */
function simple(word: string): string {
  return word.toLowerCase().replace(/[_\- ]/g, '')
}
