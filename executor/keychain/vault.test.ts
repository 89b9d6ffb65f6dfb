// The vault against its contract, thieves and bad disks.
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { systemRandomBytes } from '@keyside/runtime'
import { createVault, openVault, type VaultOptions } from '@keyside/runtime/vault'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { deriveKey, SCRYPT_COST } from '../../runtime/vault/vault-key.ts'
import { openKeychain, vaultFile } from './open.ts'
import { deviceSecrets, exchangeKeys, makeDeviceSecrets } from './secrets.ts'
import { keychainContract } from './testing/contract.ts'

/** scrypt's N for tests: quick. */
const CHEAP = 2 ** 4
const CANARY = 'canary-of-the-vault'

let home: string
let options: VaultOptions
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keyside-vault-'))
  options = {
    file: vaultFile(home),
    passphrase: 'correct horse battery',
    randomBytes: systemRandomBytes,
  }
})
afterEach(() => rmSync(home, { recursive: true }))

test.for(keychainContract)('$name', async ({ run }) => run(await createVault(options, CHEAP)))

test('keeps secrets for the next time, in a file that shows neither them nor their names', async () => {
  await (await createVault(options, CHEAP)).set('exchange/name-canary', CANARY)
  const text = readFileSync(options.file, 'latin1')
  expect(text).not.toMatch(/canary/)
  expect(statSync(options.file).mode & 0o777).toBe(0o600)
  expect(await (await openVault(options)).get('exchange/name-canary')).toBe(CANARY)
})

test('seals anew with every write', async () => {
  const vault = await createVault(options, CHEAP)
  const texts = new Set<string>()
  for (let round = 0; round < 3; round += 1) {
    await vault.set('a', '1')
    texts.add(JSON.parse(readFileSync(options.file, 'utf8')).nonce)
  }
  expect(texts.size).toBe(3)
})

test('refuses a wrong passphrase', async () => {
  await createVault(options, CHEAP)
  const wrong = openVault({ ...options, passphrase: 'wrong horse battery' })
  await expect(wrong).rejects.toMatchObject({ code: 'vault_passphrase_wrong' })
})

test('opens with the same letters typed in another way', async () => {
  await createVault({ ...options, passphrase: 'caf\u00e9 au lait noir' }, CHEAP)
  await openVault({ ...options, passphrase: 'cafe\u0301 au lait noir' })
})

test('calls a file with any changed byte damaged', async () => {
  await (await createVault(options, CHEAP)).set('a', CANARY)
  const whole = readFileSync(options.file)
  for (let at = 0; at < whole.length - 1; at += 1) {
    const changed = Buffer.from(whole)
    const byte = changed[at] ?? 0
    if (/\s/.test(String.fromCharCode(byte))) continue
    changed[at] = byte === 65 ? 66 : 65
    writeFileSync(options.file, changed)
    await expect(openVault(options)).rejects.toMatchObject({ code: 'vault_damaged' })
  }
})

test('does not open a file whose header a forger changed along with its sum', async () => {
  const vault = await createVault(options, CHEAP)
  await vault.set('a', CANARY)
  const { readVaultFile, writeVaultFile } = await import('../../runtime/vault/vault-file.ts')
  const read = readVaultFile(options.file, readFileSync(options.file, 'utf8'))
  writeFileSync(options.file, writeVaultFile({ ...read, header: { ...read.header, cost: 32 } }))
  // The key in memory still fits, so that only the associated data speaks against it.
  await expect(vault.get('a')).rejects.toMatchObject({ code: 'vault_passphrase_wrong' })
})

test('is never made by opening, and never made over another one', async () => {
  await expect(openVault(options)).rejects.toMatchObject({ code: 'vault_missing' })
  await createVault(options, CHEAP)
  await expect(createVault(options, CHEAP)).rejects.toMatchObject({ code: 'vault_exists' })
})

test('of two that are made at the same time one stays', async () => {
  const both = ['the first passphrase', 'the second passphrase'].map(async (passphrase) => {
    await createVault({ ...options, passphrase }, CHEAP)
    return passphrase
  })
  const ended = await Promise.allSettled(both)
  const [refused] = ended.filter(({ status }) => status === 'rejected')
  expect(refused).toMatchObject({ reason: { code: 'vault_exists' } })
  const [passphrase = ''] = ended.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []))
  expect(await openVault({ ...options, passphrase })).toMatchObject({ kind: 'vault' })
})

test('wants a passphrase of some length, and one at all', async () => {
  const short = createVault({ ...options, passphrase: 'short' }, CHEAP)
  await expect(short).rejects.toMatchObject({ code: 'vault_passphrase_short' })
  const none = openKeychain({ keychain: 'vault', home }, { randomBytes: systemRandomBytes })
  await expect(none).rejects.toMatchObject({ code: 'vault_passphrase_missing' })
})

test('refuses a file that others may read', async () => {
  await createVault(options, CHEAP)
  chmodSync(options.file, 0o644)
  await expect(openVault(options)).rejects.toMatchObject({ code: 'file_not_private' })
})

test('sees what another program added', async () => {
  const first = await createVault(options, CHEAP)
  const second = await openKeychain({ keychain: 'vault', home }, options)
  await second.set('a', '1')
  expect(await first.get('a')).toBe('1')
})

test('does not print its secrets', async () => {
  const vault = await createVault(options, CHEAP)
  await vault.set('a', CANARY)
  expect(`${inspect(vault, { depth: 9, showHidden: true })}${JSON.stringify(vault)}`).not.toMatch(
    /canary|horse/,
  )
})

test('says so when a secret is not what was written', async () => {
  const vault = await createVault(options, CHEAP)
  await vault.set('exchange/main', '{}')
  await makeDeviceSecrets(vault, systemRandomBytes)
  await vault.set('device/order-salt', 'AAAA')
  await expect(exchangeKeys(vault, 'main')).rejects.toMatchObject({ code: 'secret_malformed' })
  await expect(deviceSecrets(vault)).rejects.toMatchObject({ code: 'secret_malformed' })
})

test('derives a key at full cost without blocking the event loop', async () => {
  let turns = 0
  const timer = setInterval(() => {
    turns += 1
  }, 5)
  const key = await deriveKey('a passphrase', { cost: SCRYPT_COST, salt: new Uint8Array(16) })
  clearInterval(timer)
  expect(key).toHaveLength(32)
  expect(turns).toBeGreaterThan(3)
})
