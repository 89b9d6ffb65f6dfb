// Questions to a person at the terminal, or to a pipe that answers line by line. Secrets are never shown.
import { createInterface, type Interface } from 'node:readline'
import { Writable } from 'node:stream'
import { KeysideError } from '@keyside/runtime'

/** Shows the question and what is typed. */
export function ask(question: string): Promise<string> {
  return answer(question, process.stderr)
}

/** Shows the question alone. */
export function askSecret(question: string): Promise<string> {
  return answer(question, new Writable({ write: (_chunk, _encoding, done) => done() }))
}

export async function confirm(question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await answer(`${question} [y/N] `, process.stderr)).trim())
}

/** Throws `answer_missing` at the end of the input. */
async function answer(question: string, echo: NodeJS.WritableStream): Promise<string> {
  const line = process.stdin.isTTY ? await typed(question, echo) : await piped()
  if (line === null || line === '')
    throw new KeysideError(
      'answer_missing',
      `no answer to "${question.trim()}": type one, or give it on standard input`,
    )
  return line
}

async function typed(question: string, echo: NodeJS.WritableStream): Promise<string | null> {
  process.stderr.write(question)
  const lines = createInterface({ input: process.stdin, output: echo, terminal: true })
  try {
    return await nextLine(lines)
  } finally {
    lines.close()
    if (echo !== process.stderr) process.stderr.write('\n')
  }
}

/** One reader for the whole pipe: a second one would miss what the first has read ahead. */
let pipe: AsyncIterator<string> | undefined

async function piped(): Promise<string | null> {
  pipe ??= createInterface({ input: process.stdin, terminal: false })[Symbol.asyncIterator]()
  const { value, done } = await pipe.next()
  return done ? null : value
}

function nextLine(lines: Interface): Promise<string | null> {
  return new Promise((resolve) => {
    lines.once('line', resolve)
    lines.once('close', () => resolve(null))
  })
}
