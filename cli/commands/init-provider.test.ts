// What a provider says of itself, and what is refused before anything is made.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { writePrivate } from '@keyside/runtime'
import { expect, onTestFinished, test, vi } from 'vitest'
import { typed } from '../testing/typed.ts'
import { initProvider } from './init-provider.ts'

test.each([
  ['provider_name_invalid', { name: 'North Wind' }],
  ['provider_name_invalid', { name: 'home' }],
  ['address_invalid', { address: 'signals.example.org:99999' }],
  ['address_invalid', { address: 'mqtts://signals.example.org:8883' }],
  ['address_invalid', { address: 'signals.example.org:8883/path' }],
  ['certificate_incomplete', { certFile: 'fullchain.pem' }],
  ['certificate_incomplete', { keyFile: 'privkey.pem' }],
  ['vault_passphrase_short', {}],
])('refuses with %s, and makes nothing: %o', async (code, wrong) => {
  const home = mkdtempSync(join(tmpdir(), 'keyside-provider-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const passphraseFile = join(home, 'passphrase')
  writeFileSync(passphraseFile, 'short\n', { mode: 0o600 })
  const right = { name: 'northwind', address: 'signals.example.org:8883', passphraseFile }
  await expect(initProvider(home, { ...right, ...wrong })).rejects.toMatchObject({ code })
  expect(existsSync(join(home, 'config.yaml'))).toBe(false)
  expect(existsSync(join(home, 'engine'))).toBe(false)
})

function filesIn(home: string): string[] {
  const all = readdirSync(home, { recursive: true, withFileTypes: true })
  return all.filter((entry) => entry.isFile()).map(({ name }) => name)
}

test('a half made home is taken back, and nothing else', async () => {
  const home = mkdtempSync(join(tmpdir(), 'keyside-provider-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const passphraseFile = join(home, 'passphrase')
  writePrivate(passphraseFile, 'correct horse battery')
  // Where its strategies are to go.
  writePrivate(join(home, 'strategies'), '')
  const given = { name: 'northwind', address: 'signals.example.org:8883', passphraseFile }
  await expect(initProvider(home, given)).rejects.toThrow()
  expect(filesIn(home).sort()).toEqual(['passphrase', 'strategies'])
})

test('a root that is there is refused before anything is asked', async () => {
  const home = mkdtempSync(join(tmpdir(), 'keyside-provider-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  writePrivate(join(home, 'authority/root.vault'), '')
  const wrong = { name: 'North Wind' }
  await expect(initProvider(home, wrong)).rejects.toMatchObject({ code: 'vault_exists' })
})

test('what comes into the home while questions are asked stays, whatever the answer', async () => {
  const home = mkdtempSync(join(tmpdir(), 'keyside-provider-'))
  const answers = function* () {
    yield 'northwind\n'
    writePrivate(join(home, 'strategies/mine.yaml'), '')
    writePrivate(join(home, 'authority/root.vault'), '')
    yield 'no address\n'
  }
  const typing = Readable.from(answers()) as unknown as typeof process.stdin
  const stdin = vi.spyOn(process, 'stdin', 'get').mockReturnValue(typing)
  vi.stubEnv('KEYSIDE_HOME', home)
  onTestFinished(() => {
    stdin.mockRestore()
    vi.unstubAllEnvs()
    rmSync(home, { recursive: true })
  })
  await expect(typed('init', '--role', 'provider')).rejects.toMatchObject({
    code: 'address_invalid',
  })
  expect(filesIn(home).sort()).toEqual(['mine.yaml', 'root.vault'])
})

test.each([[['invite', 'alice']], [['subscribers', 'list']], [['keyset', 'renew']]])(
  '%j in a home of somebody else says where it belongs',
  async (words) => {
    const home = mkdtempSync(join(tmpdir(), 'keyside-provider-'))
    onTestFinished(() => rmSync(home, { recursive: true }))
    vi.stubEnv('KEYSIDE_HOME', home)
    onTestFinished(() => void vi.unstubAllEnvs())
    writeFileSync(join(home, 'config.yaml'), 'executor: {}\n', { mode: 0o600 })
    await expect(typed(...words)).rejects.toMatchObject({ code: 'provider_home_missing' })
  },
)
