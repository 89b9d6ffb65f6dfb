// The vault keeps the contract, opens for its passphrase alone, and notices every changed byte.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { systemChance } from '@keyside/runtime'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keepsTheContract } from './contract.ts'
import { openOsKeychain } from './os.ts'
import type { Keychain } from './port.ts'
import { accounts, deviceKey, orderSalt, readExchangeKeys, storeExchangeKeys } from './secrets.ts'
import { createVault, openVault } from './vault.ts'

const passphrase = 'correct horse battery staple'
const SECRET = 'canary-3b1f'
let folder: string
let path: string
let vault: Keychain

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyside-vault-'))
  path = join(folder, 'vault.json')
  vault = await createVault({ path, passphrase, chance: systemChance })
})
afterAll(() => rmSync(folder, { recursive: true }))

const open = (phrase: string, file = path) =>
  openVault({ path: file, passphrase: phrase, chance: systemChance })

test('keeps the contract of a keychain', () => keepsTheContract(vault))

test('is a private file, gives its secrets back after a restart, and shows none of them', async () => {
  await vault.set('canary', SECRET)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(await (await open(passphrase)).get('canary')).toBe(SECRET)
  expect(readFileSync(path, 'utf8')).not.toContain(SECRET)
  expect(readdirSync(folder)).toEqual(['vault.json'])
  expect(inspect(vault, { depth: 9, showHidden: true }) + JSON.stringify(vault)).not.toContain(
    SECRET,
  )
})

test('does not open for another passphrase', async () => {
  await expect(open('correct horse battery stable')).rejects.toMatchObject({
    code: 'vault_passphrase_wrong',
  })
})

test.each(['salt', 'nonce', 'box'])(
  'does not open when a byte of the %s was changed',
  async (part) => {
    const content = JSON.parse(readFileSync(path, 'utf8'))
    const bytes = Uint8Array.fromBase64(content[part])
    bytes[3] = (bytes[3] ?? 0) ^ 1
    const copy = join(folder, `${part}.json`)
    writeFileSync(copy, JSON.stringify({ ...content, [part]: bytes.toBase64() }))
    await expect(open(passphrase, copy)).rejects.toMatchObject({ code: 'vault_passphrase_wrong' })
    rmSync(copy)
  },
)

test('says what is wrong with a file that is no vault, and with none at all', async () => {
  const copy = join(folder, 'other.json')
  writeFileSync(copy, '{}')
  await expect(open(passphrase, copy)).rejects.toMatchObject({ code: 'vault_damaged' })
  rmSync(copy)
  await expect(open(passphrase, copy)).rejects.toMatchObject({ code: 'vault_missing' })
})

test('never overwrites a vault, and refuses a short passphrase', async () => {
  const make = (file: string, phrase: string) =>
    createVault({ path: file, passphrase: phrase, chance: systemChance })
  await expect(make(path, passphrase)).rejects.toMatchObject({ code: 'vault_exists' })
  await expect(make(join(folder, 'new.json'), 'short')).rejects.toMatchObject({
    code: 'vault_passphrase_short',
  })
})

test('makes the device key and the salt once', async () => {
  const key = await deviceKey(vault, systemChance)
  const salt = Buffer.from(await orderSalt(vault, systemChance))
  expect((await deviceKey(vault, systemChance)).kid).toBe(key.kid)
  expect(salt.equals(await orderSalt(vault, systemChance))).toBe(true)
})

test('refuses the same API key for two accounts', async () => {
  const keys = { exchange: 'binance', apiKey: 'abc', secret: 'def' }
  await storeExchangeKeys(vault, 'first', keys)
  await storeExchangeKeys(vault, 'first', { ...keys, secret: 'renewed' })
  await expect(storeExchangeKeys(vault, 'second', keys)).rejects.toMatchObject({
    code: 'key_in_use',
  })
  expect(await readExchangeKeys(vault, 'first')).toEqual({ ...keys, secret: 'renewed' })
  expect(await accounts(vault)).toContain('first')
  expect(await accounts(vault)).not.toContain('second')
})

test('names the command when an account has no key, and when what is stored is no key', async () => {
  await expect(readExchangeKeys(vault, 'none')).rejects.toThrow('keyside keys add')
  await vault.set('exchange/broken', 'no JSON')
  await expect(readExchangeKeys(vault, 'broken')).rejects.toMatchObject({
    code: 'secret_malformed',
  })
  await vault.remove('exchange/broken')
})

test('without an OS keychain there is one clear sentence that offers the vault', async () => {
  const bus = process.env['DBUS_SESSION_BUS_ADDRESS']
  const display = process.env['DISPLAY']
  process.env['DBUS_SESSION_BUS_ADDRESS'] = 'unix:path=/nonexistent'
  delete process.env['DISPLAY']
  try {
    if (process.platform !== 'linux') return
    const refusal = {
      code: 'keychain_unavailable',
      message: expect.stringContaining('--keychain vault'),
    }
    await expect(openOsKeychain()).rejects.toMatchObject(refusal)
  } finally {
    restore('DBUS_SESSION_BUS_ADDRESS', bus)
    restore('DISPLAY', display)
  }
})

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name]
  else process.env[name] = value
}
