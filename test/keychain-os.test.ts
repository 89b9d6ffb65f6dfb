// The system keychain's contract against a real gnome-keyring on a D-Bus session of its own.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keychainContract } from '../executor/keychain/testing/contract.ts'
import { bareEnvironment, hasKeyring, withKeyring } from './keyring.ts'

const run = promisify(execFile)
const child = [process.execPath, join(import.meta.dirname, 'keychain-os-child.ts')] as const

/** The keychain of the child's home holds one secret. */
const KEEP = `
  const { default: keytar } = await import('keytar')
  await keytar.setPassword('keyside ' + process.cwd(), 'one', 'a secret')
`

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keyside-keyring-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

test.skipIf(!hasKeyring())(
  'a real Secret Service keeps the contract, and two accounts apart',
  async () => {
    const { stdout } = await run(...withKeyring(child), {
      env: bareEnvironment(home),
      timeout: 90_000,
    })
    const results: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
    const accounts = {
      alone: null,
      both: ['one-key', 'other-key'],
      devices: 2,
      left: [null, 'other-key'],
    }
    expect(results).toEqual([
      ...keychainContract.map(({ name }) => ({ name, result: 'passed' })),
      { name: 'two accounts', result: accounts },
    ])
  },
)

test.skipIf(!hasKeyring())(
  'a keyring that is locked, with nobody there to unlock it, is a refusal and no crash',
  async () => {
    const options = { env: bareEnvironment(home), timeout: 90_000 }
    await run(...withKeyring([process.execPath, '--input-type=module', '--eval', KEEP]), options)
    const { stdout } = await run(...withKeyring(child, { state: 'locked' }), options)
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      code: 'keychain_unavailable',
      message: expect.stringContaining('unlock it'),
    })
  },
)

test('without a D-Bus session the keychain says what to do instead', async () => {
  const [node, script] = child
  const { stdout } = await run(node, [script], { env: bareEnvironment(home), timeout: 90_000 })
  expect(JSON.parse(stdout)).toMatchObject({
    code: 'keychain_unavailable',
    message: expect.stringContaining('keyside init --keychain vault'),
  })
})
