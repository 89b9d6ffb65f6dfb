// How far a long command is, in one line at a terminal. A pipe or a file gets nothing of it.
import type { Clock } from '@keyside/runtime'

/** Often enough for the eye, ms. */
const EVERY_MS = 100
const BAR = 20
/** Below this share no remaining time is shown. */
const MIN_SHARE = 0.01

/** A terminal, as `process.stderr` may be one. */
interface Screen {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

export class ProgressBar {
  readonly #screen: Screen
  readonly #clock: Pick<Clock, 'now'>
  readonly #beganAt: number
  #drawnAt = Number.NEGATIVE_INFINITY

  constructor(screen: Screen, clock: Pick<Clock, 'now'>) {
    this.#screen = screen
    this.#clock = clock
    this.#beganAt = clock.now()
  }

  /** `share` of all that is to do, from 0 to 1, and in a few words what is done. */
  update(share: number, done: string): void {
    const now = this.#clock.now()
    if (this.#screen.isTTY !== true || now - this.#drawnAt < EVERY_MS) return
    this.#drawnAt = now
    const filled = Math.floor(share * BAR)
    const bar = `[${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}]`
    const percent = `${Math.floor(share * 100)} %`.padStart(5)
    const line = `${bar} ${percent}  ${done}${this.#left(share, now)}`
    // In the last column a terminal would break the line.
    this.#screen.write(`\r\u001B[K${line.slice(0, (this.#screen.columns ?? 80) - 1)}`)
  }

  /** The line is gone, and what is printed next begins where it was. */
  end(): void {
    if (this.#drawnAt > Number.NEGATIVE_INFINITY) this.#screen.write('\r\u001B[K')
  }

  #left(share: number, now: number): string {
    if (share < MIN_SHARE || share >= 1) return ''
    const seconds = Math.ceil(((now - this.#beganAt) / 1000) * (1 / share - 1))
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)]
    const two = (value: number) => String(value).padStart(2, '0')
    return `, ${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)} left`
  }
}
