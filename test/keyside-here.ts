// The command `keyside` in the test's own process: what a command says and does needs no process of its own, and a start
// costs more than most of them. That the real one reads its arguments and answers so is held by the tests with `keyside.ts`.
import { Readable } from 'node:stream'
import { KeysideError } from '@keyside/runtime'
import { vi } from 'vitest'
import { buildProgram } from '../cli/program.ts'
import { EXIT, explainError } from '../cli/programs/exit.ts'
import { withKeysLast } from '../cli/terminal/key-words.ts'
import { printError } from '../cli/terminal/print.ts'
import type { CommandResult, Invocation } from './keyside.ts'

class Exited extends Error {}

/** One after the other: they share what a process has one of. */
export async function keysideHere(
  args: readonly string[],
  { env, answers = [] }: Pick<Invocation, 'env' | 'answers'>,
): Promise<CommandResult> {
  const said = { stdout: '', stderr: '' }
  const before = Object.keys(env).map((name) => [name, process.env[name]] as const)
  setEnv(Object.entries(env))
  const typed = Readable.from(answers.map((answer) => `${answer}\n`))
  const spies = [
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(typed as unknown as typeof process.stdin),
    ...(['stdout', 'stderr'] as const).map((name) =>
      vi.spyOn(process[name], 'write').mockImplementation((chunk) => {
        said[name] += String(chunk)
        return true
      }),
    ),
    // A mistake in the arguments ends the real one at once.
    vi.spyOn(process, 'exit').mockImplementation((code) => {
      process.exitCode = code ?? undefined
      throw new Exited()
    }),
  ]
  try {
    const words = withKeysLast([...args])
    await (await buildProgram(words)).parseAsync(words, { from: 'user' })
  } catch (thrown) {
    if (!(thrown instanceof Exited)) refuse(explainError(thrown))
  } finally {
    for (const spy of spies) spy.mockRestore()
    setEnv(before)
  }
  const code = Number(process.exitCode ?? 0)
  process.exitCode = undefined
  return { code, ...said }
}

function setEnv(variables: readonly (readonly [name: string, value: string | undefined])[]): void {
  for (const [name, value] of variables)
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
}

/** As command-line.ts does. */
function refuse(error: unknown): void {
  if (!(error instanceof KeysideError)) throw error
  printError(error.message, error.code)
  process.exitCode = EXIT.refused
}
