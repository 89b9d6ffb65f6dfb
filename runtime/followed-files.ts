// Follows files that another program replaces: what was read last stays in force until it can be read anew.
import { statSync } from 'node:fs'
import { z } from 'zod'
import { describeError } from './log.ts'

export type Look = 'same' | 'changed' | 'broken'

export class FollowedFiles<T> {
  readonly #paths: readonly string[]
  readonly #read: () => T
  #stamp: string
  #value: T
  #problem = ''

  /** `read` is called for each new state of the files, and throws for one that cannot be used: here too. */
  constructor(paths: readonly string[], read: () => T) {
    this.#paths = paths
    this.#read = read
    this.#stamp = this.#look()
    this.#value = read()
  }

  /** What was read last. */
  get value(): T {
    return this.#value
  }

  /** Why the last state was not taken. */
  get problem(): string {
    return this.#problem
  }

  /** Reads the files if they have changed since the last look. `broken` comes once for each state that cannot be used. */
  look(): Look {
    const stamp = this.#look()
    if (stamp === this.#stamp) return 'same'
    this.#stamp = stamp
    try {
      this.#value = this.#read()
      return 'changed'
    } catch (error) {
      this.#problem = reasonOf(error)
      return 'broken'
    }
  }

  #look(): string {
    return this.#paths.map(stampOf).join('\n')
  }
}

/** Changes whenever the file is replaced or written to. */
function stampOf(path: string): string {
  try {
    const { ino, size, mtimeNs } = statSync(path, { bigint: true })
    return `${ino} ${size} ${mtimeNs}`
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code)
  }
}

/** In one line. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof z.ZodError)) return describeError(error).message
  const [issue] = error.issues
  return `${issue?.path.join('.')}: ${issue?.message}`
}
