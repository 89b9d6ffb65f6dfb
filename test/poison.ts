// npm run poison [-- --keyring]: the fourteen probes in the executor as it is started, with its walls, with each of them
// down and with none, under the vault and (with --keyring, and a keyring of its own) under the system's keychain; and in the
// other programs of a trader, as they are started. Exit code 1 when more is reached than SECURITY.md says.
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
/** What each of the others has besides, and needs. */
const OTHERS = { broker: ['listening'], engine: [], bot: [] } as const

const system = await openTestSystem()
const folder = mkdtempSync(join(tmpdir(), 'keyside-ring-'))
let wrong = 0
try {
  await tell('vault', process.env)
  for (const program of ['broker', 'engine', 'bot'] as const) await tellOther(program)
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
    const executor = { program: 'executor', allowed: sandbox.exchange.address } as const
    const parts = { ...executor, home, passphrase, environment }
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

/** Of one that has no exchange key. */
async function tellOther(program: keyof typeof OTHERS): Promise<void> {
  const { home, sandbox } = system
  const allowed = program === 'engine' ? sandbox.exchange.address : sandbox.telegram.address
  const parts = { home, program, allowed, passphrase: '', environment: process.env }
  const { reached } = await runPoisoned({ ...parts, only: 'walls' })
  process.stdout.write(`${program}  ${reached.join(', ') || 'nothing'}\n`)
  const rest = reached.filter((one) => !ALWAYS.includes(one))
  if (rest.join() !== OTHERS[program].join()) wrong += 1
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
