// Prompts at the terminal, or answers from a pipe, line by line. Secrets are never echoed.
import { createInterface } from 'node:readline'
import { KeysideError } from '@keyside/runtime/base'
import { type Echo, Terminal } from './terminal.ts'
import { wrapped } from './wrapped.ts'

/** Shows the question and what is typed. */
export function prompt(question: string): Promise<string> {
  return required(question, 'shown')
}

/** Enter alone answers `usual`. */
export async function promptOr(question: string, usual: string): Promise<string> {
  return (await answer(question, 'shown')) || usual
}

/** Shows the question alone. */
export function promptSecret(question: string): Promise<string> {
  return required(question, 'hidden')
}

export async function confirm(question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await promptOr(`${question} [y/N] `, 'no')).trim())
}

/** Throws `not_confirmed` with what is left as it was, unless the answer is a yes. */
export async function requireConfirm(question: string, otherwise: string): Promise<void> {
  if (!(await confirm(question))) throw new KeysideError('not_confirmed', otherwise)
}

/** As `requireConfirm`, where a single letter is too little: the question asks to type yes. */
export async function requireYes(question: string, otherwise: string): Promise<void> {
  const answer = (await promptOr(question, 'no')).trim().toLowerCase()
  if (answer === 'yes') return
  const hint = answer === 'y' ? '; the question asks for the whole word, yes' : ''
  throw new KeysideError('not_confirmed', `${otherwise}${hint}`)
}

/** For commands that will prompt: what is typed before the first prompt is not echoed either. */
export function expectPrompts(): void {
  if (process.stdin.isTTY) terminal().arm()
}

/** Throws `answer_missing` when nothing is typed. */
async function required(question: string, echo: Echo): Promise<string> {
  const line = await answer(question, echo)
  if (line === '') throw unanswered(question)
  return line
}

/** Throws `answer_missing` at the end of the input. */
async function answer(question: string, echo: Echo): Promise<string> {
  const line = process.stdin.isTTY
    ? await terminal().ask(wrapped(question, process.stderr.columns), echo)
    : await readPipedLine()
  if (line === null) throw unanswered(question)
  return line
}

function unanswered(question: string): KeysideError {
  const [asked = ''] = question.trim().split('\n').slice(-1)
  return new KeysideError(
    'answer_missing',
    `no answer to "${asked}": type one, or give it on standard input`,
  )
}

/** The same for every question: input that one of them did not read belongs to the next. */
let shared: Terminal | undefined

function terminal(): Terminal {
  shared ??= new Terminal(process.stdin, process.stderr)
  return shared
}

/** One reader for a whole pipe: a second one would miss what the first has read ahead. */
const pipes = new WeakMap<NodeJS.ReadStream, AsyncIterator<string>>()

async function readPipedLine(): Promise<string | null> {
  const input = process.stdin
  const lines =
    pipes.get(input) ?? createInterface({ input, terminal: false })[Symbol.asyncIterator]()
  pipes.set(input, lines)
  const { value, done } = await lines.next()
  // PowerShell begins what it pipes with a mark that nobody has typed, and nobody will type.
  return done ? null : value.replace(/^\ufeff/, '')
}
