// The system keychain's contract against a real gnome-keyring on a D-Bus session of its own.
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keychainContract } from '../executor/keychain/contract.ts'

const run = promisify(execFile)
const PROGRAMS = ['dbus-run-session', 'gnome-keyring-daemon']
const missing = PROGRAMS.filter((program) => spawnSync(program, ['--version']).error !== undefined)
if (missing.length > 0) console.warn(`keychain-os is skipped: ${missing.join(', ')} not installed`)

/** The daemon stays in the foreground, so that the trap ends it with the session. */
const SESSION = `
coproc KEYRING { exec gnome-keyring-daemon --unlock --foreground --components=secrets; }
trap 'kill $KEYRING_PID; wait $KEYRING_PID' EXIT
printf 'a passphrase' >&"\${KEYRING[1]}"; exec {KEYRING[1]}>&-
"$0" "$1"
`

let home: string
let env: NodeJS.ProcessEnv
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keyside-keyring-'))
  env = {
    PATH: process.env['PATH'],
    HOME: home,
    XDG_RUNTIME_DIR: home,
    XDG_DATA_HOME: join(home, 'data'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_CACHE_HOME: join(home, 'cache'),
  }
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const child = join(import.meta.dirname, 'keychain-os-child.ts')

test.skipIf(missing.length > 0)('a real Secret Service keeps the contract', async () => {
  const shell = ['bash', '-c', SESSION, process.execPath, child]
  const { stdout } = await run('dbus-run-session', ['--', ...shell], { env, timeout: 30_000 })
  const results: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  expect(results).toEqual(keychainContract.map(({ name }) => ({ name, result: 'passed' })))
})

test('without a D-Bus session the keychain says what to do instead', async () => {
  const { stdout } = await run(process.execPath, [child], { env, timeout: 30_000 })
  const refused: unknown = JSON.parse(stdout)
  expect(refused).toMatchObject({ code: 'keychain_unavailable' })
  expect(refused).toMatchObject({ message: expect.stringContaining('executor.keychain: vault') })
})
