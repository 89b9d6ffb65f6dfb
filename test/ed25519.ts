// npm run ed25519 -- FOLDER: whether both verifiers say the same of every vector in the JSON files of a folder.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tallyOf } from '../protocol/testing/ed25519-files.ts'

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  process.stderr.write(
    'usage: npm run ed25519 -- FOLDER, with the JSON files of Wycheproof (EdDSA verify), ed25519-speccheck or CCTV\n',
  )
  process.exit(3)
}

let agreed = true
for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  const tally = tallyOf(readFileSync(join(folder, file), 'utf8'))
  const told = Object.entries(tally).map(([verdict, count]) => `${verdict} ${count}`)
  process.stdout.write(`${file}: ${told.join(', ')}\n`)
  agreed &&= tally['they differ'] === 0 && tally['against the file'] === 0
}
process.stdout.write(agreed ? 'one verdict on all\n' : 'the verifiers differ\n')
process.exitCode = agreed ? 0 : 1
