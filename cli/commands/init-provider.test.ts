// What a provider says of itself, and what is refused before anything is made.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
