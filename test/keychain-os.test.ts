// A real gnome-keyring under a D-Bus session of its own keeps the contract of a keychain.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hasKeyring, underKeyring } from './keyring.ts'

let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'keyside-keyring-'))
  mkdirSync(join(home, 'run'), { mode: 0o700 })
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

test.skipIf(!hasKeyring())('keytar on a real gnome-keyring keeps the contract', () => {
  const script = `
    import { openOsKeychain } from './executor/keychain/os.ts'
    import { keepsTheContract } from './executor/keychain/contract.ts'
    await keepsTheContract(await openOsKeychain())
    console.log('kept')`
  const { command, args, options } = underKeyring(home, process.execPath, [
    '--input-type=module',
    '-e',
    script,
  ])
  const { stdout, stderr } = spawnSync(command, args, {
    ...options,
    encoding: 'utf8',
    timeout: 30_000,
  })
  expect(stdout + stderr).toContain('kept')
})
