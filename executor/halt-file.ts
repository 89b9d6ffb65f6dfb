// Files by which a terminal asks the executor for the end of a halt, and by which it answers to that and to a halt.
import { join } from 'node:path'
import { readText, writePrivate } from '@keyside/runtime'
import { z } from 'zod'
import { writeInto } from './halt-request.ts'

export function unhaltFile(home: string): string {
  return join(home, 'run', 'UNHALT')
}

const answer = z.object({
  /** The text of the request. */
  to: z.string(),
  /** Of the executor, new at each start. */
  session: z.string(),
  trading: z.enum(['running', 'paused', 'halted']),
  /** What becomes of what is held. */
  positions: z.enum(['keep', 'sell']),
  held: z.array(z.object({ stream: z.string(), market: z.string(), amount: z.string() })),
})
/** Written when what it says is durable. */
export type HaltAnswer = z.infer<typeof answer>

const unhaltRequest = z.object({ at: z.number(), by: z.string(), id: z.string() })

export function askForUnhalt(home: string, request: z.infer<typeof unhaltRequest>): string {
  const text = `${JSON.stringify(request)}\n`
  writeInto(home, unhaltFile(home), text)
  return text
}

/** Null for none, and for one that makes no sense. */
export function readUnhalt(
  file: string,
): (z.infer<typeof unhaltRequest> & { readonly text: string }) | null {
  try {
    const text = readText(file)
    return { ...unhaltRequest.parse(JSON.parse(text)), text }
  } catch {
    return null
  }
}

export function writeAnswer(request: string, content: HaltAnswer): void {
  writePrivate(answerFile(request), `${JSON.stringify(content)}\n`)
}

/** The answer to exactly this text, once it is there. */
export function readAnswer(request: string, text: string): HaltAnswer | null {
  try {
    const read = answer.parse(JSON.parse(readText(answerFile(request))))
    return read.to === text ? read : null
  } catch {
    return null
  }
}

function answerFile(request: string): string {
  return `${request}.answer`
}
