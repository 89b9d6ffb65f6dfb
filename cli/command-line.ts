// Runs one command line.
import { KeysideError, keysideHome, restrictHome } from '@keyside/runtime/base'
import { EXIT, explainError } from './programs/exit.ts'
import type { Outgoing } from './programs/outgoing.ts'
import { PROGRAMS } from './programs/program-names.ts'
import { isWalled, tellParent } from './programs/walled.ts'
import { withKeysLast } from './terminal/key-words.ts'
import { exitOnClosedPipe } from './terminal/pipes.ts'
import { printError } from './terminal/print.ts'

/** Commands that ask for secrets: what is typed while they start is not shown either. */
const ASKING = ['init', 'keys', 'code', 'pair', 'root', 'keyset', 'service', 'accounts', 'backup']

// Whatever is written from here on is its owner's alone.
process.umask(0o077)
exitOnClosedPipe()

/** `outgoing` is what this process may allow itself beside its walls; null where it has none. */
export async function run(outgoing: Outgoing | null): Promise<void> {
  try {
    const words = withKeysLast(process.argv.slice(2))
    if (ASKING.includes(words[0] ?? '')) (await import('./terminal/prompt.ts')).expectPrompts()
    if (!isWithoutHome(words)) restrictHome(keysideHome())
    const alone = words.length === 1 ? words[0] : undefined
    const program = PROGRAMS.find((name) => name === alone)
    // The list of all commands is not loaded for a program that is started behind its walls, nor for `up`, which only watches others.
    if (program !== undefined && !isWalled())
      process.exitCode = await (await import('./programs/launcher.ts')).launch(program)
    else if (alone === 'up') await (await import('./up/up-home.ts')).upHome()
    else await runCommand(words, outgoing)
  } catch (thrown) {
    const error = explainError(thrown)
    // A KeysideError is an answer to the person; anything else is a bug, and shows where.
    if (!(error instanceof KeysideError)) throw error
    if (isWalled() && process.connected) tellParent({ code: error.code, message: error.message })
    else printError(error.message, error.code)
    process.exitCode = EXIT.refused
  }
}

/** What answers also where KEYSIDE_HOME, or HOME, is wrong. */
function isWithoutHome(words: readonly string[]): boolean {
  const help = ['--help', '-h', '--version', '-V']
  return ['help', 'update'].includes(words[0] ?? '') || words.some((word) => help.includes(word))
}

async function runCommand(words: readonly string[], outgoing: Outgoing | null): Promise<void> {
  const { buildProgram } = await import('./program.ts')
  const command = await buildProgram(words)
  if (outgoing !== null) (await import('./programs/run-program.ts')).giveOutgoing(outgoing)
  await command.parseAsync(words, { from: 'user' })
}
