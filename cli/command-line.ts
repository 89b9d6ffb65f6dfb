// One command from its words to its end.
import { closeHome, KeysideError, keysideHome } from '@keyside/runtime'
import { buildProgram } from './program.ts'
import { EXIT, inWords } from './programs/run-program.ts'
import { endWithPipe } from './terminal/pipes.ts'

/** These ask for secrets: nothing that is typed meanwhile may be shown. */
const ASKING = ['init', 'keys', 'code']

// Whatever is written from here on is its owner's alone.
process.umask(0o077)
endWithPipe()
try {
  const words = process.argv.slice(2)
  if (ASKING.includes(words[0] ?? '')) (await import('./terminal/ask.ts')).expectQuestions()
  closeHome(keysideHome())
  const program = await buildProgram(words)
  await program.parseAsync()
} catch (thrown) {
  const error = inWords(thrown)
  // A KeysideError is an answer to the person; anything else is a bug, and shows where.
  if (!(error instanceof KeysideError)) throw error
  process.stderr.write(`${error.message} (${error.code})\n`)
  process.exitCode = EXIT.refused
}
