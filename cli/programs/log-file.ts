// A log that cannot fill the disk: it begins anew at a size, the ones before are kept by number, and the oldest goes.
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** Bytes of one file. */
const SIZE = 5_000_000
/** Besides the one that is written. */
const KEPT = 3

export class LogFile {
  readonly #path: string
  readonly #size: number
  /** Null until it is known. */
  #written: number | null = null
  /** Lines that the disk did not take. */
  #lost = 0

  constructor(path: string, size = SIZE) {
    this.#path = path
    this.#size = size
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  }

  /** A full disk takes no line, and that ends nothing: how many are missing is said once it takes one again. */
  write(line: string): void {
    const missing =
      this.#lost === 0
        ? ''
        : `${JSON.stringify({ level: 40, program: 'up', lost: this.#lost, msg: 'lines are missing here: the disk took none' })}\n`
    const text = `${missing}${line}\n`
    try {
      this.#written ??= statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0
      const bytes = Buffer.byteLength(text)
      if (this.#written > 0 && this.#written + bytes > this.#size) this.#turn()
      appendFileSync(this.#path, text, { mode: 0o600 })
      this.#written = (this.#written ?? 0) + bytes
      this.#lost = 0
    } catch {
      this.#lost++
    }
  }

  #turn(): void {
    for (let number = KEPT; number > 0; number--) {
      const from = number === 1 ? this.#path : `${this.#path}.${number - 1}`
      if (statSync(from, { throwIfNoEntry: false })) renameSync(from, `${this.#path}.${number}`)
    }
    this.#written = 0
  }
}
