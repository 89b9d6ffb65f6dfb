// Runs one command line.
import { KeysideError, keysideHome, restrictHome } from '@keyside/runtime'
import { isConfined, tellParent } from './programs/confined.ts'
import { isWalled, launch, programIn } from './programs/launcher.ts'
import type { Outgoing } from './programs/outgoing.ts'
import { EXIT, explainError, giveOutgoing } from './programs/run-program.ts'
import { withKeysLast } from './terminal/key-words.ts'
import { exitOnClosedPipe } from './terminal/pipes.ts'
import { printError } from './terminal/print.ts'

/** These ask for secrets: nothing that is typed meanwhile may be shown. */
const ASKING = ['init', 'keys', 'code', 'pair', 'root', 'keyset', 'service', 'accounts', 'backup']

// Whatever is written from here on is its owner's alone.
process.umask(0o077)
exitOnClosedPipe()

/** `outgoing` is what this process may allow itself beside its walls; null where it has none. */
export async function run(outgoing: Outgoing | null): Promise<void> {
  try {
    const words = withKeysLast(process.argv.slice(2))
    if (ASKING.includes(words[0] ?? '')) (await import('./terminal/prompt.ts')).expectPrompts()
    restrictHome(keysideHome())
    const alone = programIn(words)
    if (alone !== null && !isWalled()) process.exitCode = await launch(alone)
    else {
      // A program that begins once more, behind its walls, needs none of this before.
      const { buildProgram } = await import('./program.ts')
      const program = await buildProgram(words)
      giveOutgoing(outgoing)
      await program.parseAsync(words, { from: 'user' })
    }
  } catch (thrown) {
    const error = explainError(thrown)
    // A KeysideError is an answer to the person; anything else is a bug, and shows where.
    if (!(error instanceof KeysideError)) throw error
    if (isConfined() && process.connected) tellParent({ code: error.code, message: error.message })
    else printError(error.message, error.code)
    process.exitCode = EXIT.refused
  }
}
