// Prompts at the terminal, or answers from a pipe, line by line. Secrets are never echoed.
import { createInterface } from 'node:readline'
import { KeysideError } from '@keyside/runtime'
import { type Echo, Terminal } from './terminal.ts'

/** Shows the question and what is typed. */
export function prompt(question: string): Promise<string> {
  return answer(question, 'shown')
}

/** Shows the question alone. */
export function promptSecret(question: string): Promise<string> {
  return answer(question, 'hidden')
}

export async function confirm(question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await answer(`${question} [y/N] `, 'shown')).trim())
}

/** For commands that will prompt: what is typed before the first prompt is not echoed either. */
export function expectPrompts(): void {
  if (process.stdin.isTTY) terminal().arm()
}

/** Throws `answer_missing` at the end of the input. */
async function answer(question: string, echo: Echo): Promise<string> {
  const line = process.stdin.isTTY ? await terminal().ask(question, echo) : await readPipedLine()
  if (line === null || line === '')
    throw new KeysideError(
      'answer_missing',
      `no answer to "${question.trim()}": type one, or give it on standard input`,
    )
  return line
}

/** One for all questions: what one of them leaves over is read by the next. */
let shared: Terminal | undefined

function terminal(): Terminal {
  shared ??= new Terminal(process.stdin, process.stderr)
  return shared
}

/** One reader for the whole pipe: a second one would miss what the first has read ahead. */
let pipe: AsyncIterator<string> | undefined

async function readPipedLine(): Promise<string | null> {
  pipe ??= createInterface({ input: process.stdin, terminal: false })[Symbol.asyncIterator]()
  const { value, done } = await pipe.next()
  return done ? null : value
}
