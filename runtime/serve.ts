// The other side of helper.ts, by itself: a helper loads nothing but what it is there for.
import type { Answer, Question } from './helper.ts'

/** Answers questions until the parent is gone. */
export function serve(answer: (question: unknown) => Promise<unknown>): void {
  process.on('disconnect', () => process.exit())
  process.on('message', ({ id, question }: Question) => {
    void answer(question)
      .then((value) => ({ id, value }))
      .catch((error) => ({ id, failed: error instanceof Error ? error.message : String(error) }))
      .then((told: Answer) => process.send?.(told))
  })
}
