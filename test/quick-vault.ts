// A vault whose passphrase is quick to try: at full cost each command and each start would take half a second more.
import { rmSync } from 'node:fs'
import { vaultFile } from '@keyside/executor'
import { systemRandomBytes } from '@keyside/runtime'
import { createVault, openVault } from '@keyside/runtime/vault'

/** scrypt's N. */
const COST = 2 ** 10

/** The vault of this home with the same passphrase and the same secrets. */
export async function makeVaultQuick(home: string, passphrase: string): Promise<void> {
  const options = { file: vaultFile(home), passphrase, randomBytes: systemRandomBytes }
  const slow = await openVault(options)
  const names = await slow.names()
  const secrets = await Promise.all(names.map((name) => slow.get(name)))
  rmSync(options.file)
  const quick = await createVault(options, COST)
  for (const [at, name] of names.entries()) await quick.set(name, secrets[at] ?? '')
}
