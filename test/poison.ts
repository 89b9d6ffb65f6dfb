// npm run poison [-- --keyring]: the fourteen probes in the executor as it is started, with its walls, with each of them
// down and with none, under the vault and (with --keyring, and a keyring of its own) under the system's keychain. Exit
// code 1 when more is reached than SECURITY.md says.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openOsKeychain, vaultFile } from '@keyside/executor'
import { systemRandomBytes } from '@keyside/runtime'
import { openVault } from '@keyside/runtime/vault'
import { openKeyring } from './keyring.ts'
import {
  ALWAYS,
  type Command,
  DOWN,
  EVERYTHING,
  NO_WALLS,
  runPoisoned,
  SEEN_LATER,
} from './poisoned.ts'
import { openTestSystem, type TestSystem } from './test-system.ts'

const { values } = parseArgs({ options: { keyring: { type: 'boolean', default: false } } })
const EXPECTED = [...ALWAYS, ...SEEN_LATER]

const system = await openTestSystem()
const folder = mkdtempSync(join(tmpdir(), 'keyside-ring-'))
let wrong = 0
try {
  await tell('vault', process.env)
  if (values.keyring) {
    const keyring = await openKeyring(folder)
    try {
      await moveKeys(system, keyring.env)
      await tell('keychain', keyring.env)
    } finally {
      await keyring.close()
    }
  }
} finally {
  await system.close()
  rmSync(folder, { recursive: true, force: true })
}
process.exit(wrong === 0 ? 0 : 1)

async function tell(keychain: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const row = async (name: string, change?: (command: Command) => Command) => {
    const { home, passphrase, sandbox } = system
    const parts = { home, passphrase, environment, venue: sandbox.exchange.address }
    const { reached } = await runPoisoned({ ...parts, only: 'all', ...(change && { change }) })
    process.stdout.write(`${keychain}  ${reached.length} of ${EVERYTHING.length}  ${name}\n`)
    for (const one of reached) process.stdout.write(`    ${one}\n`)
    return reached
  }
  const reached = await row('as it is started')
  if (reached.length !== EXPECTED.length) wrong += 1
  for (const [name, { change, reaches }] of Object.entries(DOWN))
    if ((await row(name, change)).length !== EXPECTED.length + reaches.length) wrong += 1
  if ((await row('with no walls', NO_WALLS)).length !== EVERYTHING.length) wrong += 1
}

/** From the vault into the system's keychain. */
async function moveKeys({ home, passphrase }: TestSystem, environment: NodeJS.ProcessEnv) {
  const file = vaultFile(home)
  const vault = await openVault({ file, passphrase, randomBytes: systemRandomBytes })
  const keychain = await openOsKeychain(home, { environment })
  for (const name of await vault.names()) await keychain.set(name, (await vault.get(name)) ?? '')
  const config = join(home, 'config.yaml')
  writeFileSync(config, readFileSync(config, 'utf8').replace('keychain: vault', 'keychain: os'))
}
