// keyside pair, when it must begin nothing.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatInvitation } from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import { systemClock, systemRandomBytes } from '@keyside/runtime'
import { Command } from 'commander'
import { expect, onTestFinished, test, vi } from 'vitest'
import { makeHome } from '../home/home.ts'
import { addPair } from './pair.ts'

const pair = (...words: readonly string[]) => {
  const program = new Command()
  addPair(program)
  return program.parseAsync(['pair', ...words], { from: 'user' })
}

const LINK = formatInvitation({
  host: 'signals.example.org',
  port: 8883,
  provider: 'northwind',
  id: 'abc',
  root: 'A'.repeat(43),
  tls: 'ca',
  plans: ['main'],
  until: 9_999_999_999,
  secret: 'A'.repeat(22),
})

test.each([
  ['pairing_wrong_link', LINK],
  ['invitation_malformed', 'keyside://signals.example.org'],
  ['invitation_malformed', LINK.slice(0, LINK.indexOf('&'))],
  ['invitation_malformed', 'bots'],
])('refuses with %s', async (code, what) => {
  await expect(pair(what)).rejects.toMatchObject({ code })
  await expect(pair(what), 'what to do').rejects.toThrow(/: run /)
})

test('at a folder that is no device it says so, before it asks where to listen', async () => {
  const home = mkdtempSync(join(tmpdir(), 'keyside-pair-'))
  vi.stubEnv('KEYSIDE_HOME', home)
  onTestFinished(() => {
    vi.unstubAllEnvs()
    rmSync(home, { recursive: true })
  })
  await expect(pair('bot')).rejects.toMatchObject({ code: 'config_missing' })
  makeHome({
    home,
    role: 'trader',
    clock: systemClock,
    randomBytes: systemRandomBytes,
    deviceKey: signingKey(systemRandomBytes(32)).publicKey,
    keychain: 'vault',
    examples: { strategies: [], policy: '' },
  })
  await expect(pair('bot')).rejects.toMatchObject({
    code: 'pairing_address_missing',
    message: expect.stringContaining(': --listen '),
  })
  await expect(pair('bot', '--listen', '127.0.0.1:8883')).rejects.toMatchObject({
    code: 'pairing_restart_needed',
  })
})
