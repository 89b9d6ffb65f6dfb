// Which programs may speak for which stream: written by `keyside program`, and watched.
import { existsSync, statSync } from 'node:fs'
import { enrolKey, id, market } from '@keyside/protocol'
import { describeError, KeysideError, readSecret } from '@keyside/runtime'
import { z } from 'zod'

const program = z.strictObject({
  program: id,
  /** Raw Ed25519 public key, base64url. */
  key: z.string().refine((key) => enrolKey(key).ok, 'expected the public key of a program'),
  /** The one stream that it speaks for. */
  stream: id,
  market,
  /** Without one: that of the engine's configuration, else the stream's own name. */
  plan: id.optional(),
})

const list = z
  .array(program)
  .max(1_000)
  .superRefine((programs, context) => {
    for (const name of ['program', 'key', 'stream'] as const)
      if (new Set(programs.map((each) => each[name])).size < programs.length)
        context.addIssue({ code: 'custom', message: `expected each ${name} once` })
  })

export type ListedProgram = Readonly<z.infer<typeof program>>

export class ProgramList {
  readonly #path: string
  #onProblem: (sentence: string) => void
  #stamp = ''
  #programs: readonly ListedProgram[] = []

  /** `onProblem` is told once of each file that cannot be used. Throws `programs_broken`: there is no earlier list to keep. */
  constructor(path: string, onProblem: (sentence: string) => void) {
    this.#path = path
    this.#onProblem = (problem) => {
      throw new KeysideError('programs_broken', problem)
    }
    this.look()
    this.#onProblem = onProblem
  }

  get programs(): readonly ListedProgram[] {
    return this.#programs
  }

  /** Reads the file if it has changed since the last look. Where it cannot be used, the list before it stays. */
  look(): void {
    const stamp = stampOf(this.#path)
    if (stamp === this.#stamp) return
    this.#stamp = stamp
    try {
      this.#programs = readPrograms(this.#path)
    } catch (error) {
      const { message } = describeError(error)
      this.#onProblem(`${this.#path} cannot be used (${message}): "keyside program list" reads it`)
    }
  }
}

/** None where there is no file. Throws for one that cannot be used. */
export function readPrograms(path: string): readonly ListedProgram[] {
  if (!existsSync(path)) return []
  const read = list.safeParse(JSON.parse(readSecret(path)))
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new KeysideError('programs_broken', `${issue?.path.join('.')}: ${issue?.message}`)
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true })
  return stat === undefined ? 'missing' : `${stat.ino} ${stat.size} ${stat.mtimeNs}`
}
