// One command from its words to its end.
import { KeysideError } from '@keyside/runtime'
import { buildProgram } from './program.ts'
import { EXIT } from './run-program.ts'

try {
  const program = await buildProgram(process.argv.slice(2))
  await program.parseAsync()
} catch (error) {
  // A KeysideError is an answer to the person; anything else is a bug, and shows where.
  if (!(error instanceof KeysideError)) throw error
  process.stderr.write(`${error.message} (${error.code})\n`)
  process.exitCode = EXIT.refused
}
