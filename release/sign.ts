// node release/sign.ts KEYFILE FILE...: writes the signed manifest of a release beside its first file. Where there is no
// key yet it is made, and its public half is printed, for `npm run build -- --release-key KEY` and for the project's page.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { makeSigningKey, readSigningKey, systemClock, systemRandomBytes } from '@keyside/runtime'
import { version } from '@keyside/runtime/installation'
import { digestOf, signRelease } from '../cli/update/release.ts'

const [keyFile, ...files] = process.argv.slice(2)
const [first] = files
if (keyFile === undefined || first === undefined) {
  process.stderr.write('usage: node release/sign.ts KEYFILE FILE...\n')
  process.exit(3)
}
const key = existsSync(keyFile)
  ? readSigningKey(keyFile)
  : makeSigningKey(keyFile, systemRandomBytes)
const release = {
  name: 'keyside',
  version: version(),
  at: Math.floor(systemClock.now() / 1_000),
  files: files.map((file) => ({ name: basename(file), sha512: digestOf(readFileSync(file)) })),
} as const
const path = join(dirname(first), `keyside-${release.version}.release.json`)
writeFileSync(path, signRelease(release, key))
process.stdout.write(`${path}\nsigned by ${key.publicKey}\n`)
