// Price moves made by command. They are kept, so that candles asked for later still show them.

export interface DrivePoint {
  /** Milliseconds after the command. */
  readonly afterMs: number
  /** Price relative to what it would have been: 1.02 is two per cent above. Above zero. */
  readonly factor: number
}

interface Drive {
  readonly start: number
  readonly points: readonly { readonly at: number; readonly log: number }[]
}

export class Drives {
  readonly #drives: Drive[] = []

  /** Straight lines between the points; the last factor stays. Moments up to `now` are not touched. */
  add(now: number, path: readonly DrivePoint[]): void {
    if (path.length === 0) throw new RangeError('a drive needs at least one point')
    for (const point of path)
      if (!(point.factor > 0 && Number.isFinite(point.factor) && point.afterMs >= 0))
        throw new RangeError('a drive point needs a factor above zero and a time from now on')
    const points = path
      .map((point) => ({ at: now + point.afterMs, log: Math.log(point.factor) }))
      .sort((a, b) => a.at - b.at)
    this.#drives.push({ start: now, points })
  }

  /** Logarithm of all pushes together at a Unix time in ms. */
  at(ms: number): number {
    let sum = 0
    for (const drive of this.#drives) sum += logAt(drive, ms)
    return sum
  }

  /** True if no push is under way between the two moments. */
  steady(from: number, to: number): boolean {
    return this.#drives.every((drive) => from > endOf(drive) || to <= drive.start)
  }
}

function endOf(drive: Drive): number {
  return drive.points.at(-1)?.at ?? drive.start
}

function logAt(drive: Drive, ms: number): number {
  if (ms <= drive.start) return 0
  let before = { at: drive.start, log: 0 }
  for (const point of drive.points) {
    if (ms < point.at)
      return before.log + ((point.log - before.log) * (ms - before.at)) / (point.at - before.at)
    before = point
  }
  return before.log
}
