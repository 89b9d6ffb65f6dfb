// Many false messages against one reader, and what came of them.
import { type Mutation, mutate } from './mutate.ts'
import type { OpenPath } from './open-paths.ts'
import { drawFrom } from './random.ts'

export interface Outcome {
  readonly tried: number
  /** Texts that were believed though nobody who may sign has signed them. */
  readonly accepted: readonly string[]
  /** Texts at which the reader threw. */
  readonly threw: readonly string[]
  /** How often each verdict came. */
  readonly verdicts: ReadonlyMap<string, number>
}

export interface Fuzzing {
  readonly mutations: number
  readonly seed: number
  /** Called after each tenth. */
  readonly onTenth?: () => void
}

/** The same for the same seed. */
export function fuzz(path: OpenPath, { mutations, seed, onTenth }: Fuzzing): Outcome {
  const draw = drawFrom(seed)
  const pool = new Set(path.messages.map(({ text }) => text))
  const [accepted, threw]: [string[], string[]] = [[], []]
  const verdicts = new Map<string, number>()
  for (let nth = 1; nth <= mutations; nth += 1) {
    const mutation = mutate(draw.pick(path.messages), pool, draw)
    const verdict = read(path, mutation)
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1)
    if (verdict === 'accepted') accepted.push(mutation.text)
    if (verdict === 'threw') threw.push(mutation.text)
    if (nth % Math.ceil(mutations / 10) === 0) onTenth?.()
  }
  return { tried: mutations, accepted, threw, verdicts }
}

function read(path: OpenPath, { text, genuine }: Mutation): string {
  try {
    const verdict = path.read(text)
    return genuine && verdict === 'accepted' ? 'accepted, as it was signed' : verdict
  } catch {
    return 'threw'
  }
}
