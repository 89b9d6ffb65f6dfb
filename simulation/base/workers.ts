// Spreads seeds over processes of the same program, each of which sends one summary back.
import { fork } from 'node:child_process'

/** Throws a RangeError: a run of none would be said to hold. */
export function whole(text: string, least: 0 | 1 = 1): number {
  const number = Number(text)
  if (text.trim() === '' || !Number.isSafeInteger(number) || number < least)
    throw new RangeError(`expected a whole number from ${least}, got "${text}"`)
  return number
}

export interface Spread {
  /** The program, which takes `--start`, `--seeds` and `--workers`. */
  readonly file: string
  readonly start: number
  readonly count: number
  readonly workers: number
  readonly args: readonly string[]
}

/** Rejects when a process ends without a summary. */
export function inChildren<Summary>(spread: Spread): Promise<Summary[]> {
  const { start, count, workers } = spread
  const share = Math.ceil(count / workers)
  const jobs = Array.from({ length: workers }, (_, at) => {
    const from = start + at * share
    return { from, seeds: Math.min(share, start + count - from) }
  })
  return Promise.all(
    jobs.filter(({ seeds }) => seeds > 0).map((job) => inChild<Summary>(spread, job)),
  )
}

function inChild<Summary>(
  { file, args }: Spread,
  { from, seeds }: { from: number; seeds: number },
): Promise<Summary> {
  const part = ['--start', String(from), '--seeds', String(seeds), '--workers', '1']
  const child = fork(file, [...part, ...args])
  return new Promise((done, fail) => {
    let summary: Summary | null = null
    child.on('message', (message) => {
      summary = message as Summary
    })
    child.on('exit', (code) =>
      summary === null ? fail(new Error(`a worker ended with ${code}`)) : done(summary),
    )
  })
}
