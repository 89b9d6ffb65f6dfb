// Several accounts in one home: what each has of its own, and what is refused.
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { botConfig } from '@keyside/bot'
import {
  DEFAULT_POLICY,
  executorConfig,
  keepExchangeKeys,
  makeDeviceSecrets,
  vaultFile,
} from '@keyside/executor'
import type { Access } from '@keyside/protocol'
import { publicKey } from '@keyside/protocol/node'
import {
  loadConfig,
  readSecret,
  readSigningKey,
  systemClock,
  systemRandomBytes,
} from '@keyside/runtime'
import { openVault } from '@keyside/runtime/vault'
import { expect, onTestFinished, test } from 'vitest'
import { refuseSharedKey } from '../home/account-keys.ts'
import { accountHome, accountsOf, wholeHome } from '../home/accounts.ts'
import { editConfig } from '../home/edit-config.ts'
import { makeHome } from '../home/home.ts'
import { renewTokens } from '../home/home-tokens.ts'
import { programsOf } from '../home/roles.ts'
import { chooseAccount } from './account-option.ts'
import { accountVault, addAccount, refuseAccount } from './add-account.ts'
import { removeAccount } from './remove-account.ts'

const PASSPHRASE = 'correct horse battery'
const parts = { clock: systemClock, randomBytes: systemRandomBytes }
const code = (word: string) => expect.objectContaining({ code: word })

const vaultOf = (home: string) =>
  accountVault(
    { file: vaultFile(home), passphrase: PASSPHRASE, randomBytes: systemRandomBytes },
    2 ** 10,
  )
const opened = (home: string) =>
  openVault({ file: vaultFile(home), passphrase: PASSPHRASE, randomBytes: systemRandomBytes })

async function openHome(bot?: 'elsewhere'): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'keyside-accounts-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const { key } = await makeDeviceSecrets(await vaultOf(home), systemRandomBytes)
  makeHome({
    ...parts,
    home,
    role: 'alone',
    ...(bot && { bot }),
    deviceKey: key.publicKey,
    keychain: 'vault',
    account: 'paper',
    examples: { strategies: [], policy: DEFAULT_POLICY },
  })
  return home
}

const add = (home: string, name: string) =>
  addAccount({
    ...parts,
    home,
    name,
    account: 'okx',
    policy: DEFAULT_POLICY,
    keychain: vaultOf,
  })

async function openTwo() {
  const home = await openHome()
  await add(home, 'live')
  return { home, live: accountHome(home, 'live') }
}

function tokenIn(file: string): Access {
  const [, payload = ''] = readSecret(file).split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString())
}

test('an account more is a home within the home, and the bot knows it as a device of its own', async () => {
  const { home, live } = await openTwo()
  expect(accountsOf(home)).toEqual([
    { name: 'main', home },
    { name: 'live', home: live },
  ])
  expect(programsOf(live)).toEqual(['executor'])
  const heard = (of: string) => loadConfig('executor', executorConfig, of, {}).engine?.plans
  expect([heard(home), heard(live)]).toEqual([['all', 'trial'], ['all']])
  expect([wholeHome(home), wholeHome(live)]).toEqual([home, home])
  const [own, other] = [home, live].map((one) => loadConfig('executor', executorConfig, one, {}))
  expect(own?.exchange.name).toBe('paper')
  expect(other).toMatchObject({ id: 'device-live', account: 'live', exchange: { name: 'okx' } })
  expect([other?.home.url, other?.engine?.key]).toEqual([own?.home.url, own?.engine?.key])
  const { devices } = loadConfig('bot', botConfig, home, {})
  expect(Object.keys(devices)).toEqual(['main', 'live'])
  const served = devices['live'] ?? expect.unreachable()
  expect(served).toMatchObject({ id: 'device-live', broker: { clientId: 'bot-live' } })
  expect(other?.bot.key).toBe(readSigningKey(join(home, served.signingKeyFile)).publicKey)
  expect(other?.bot.key).not.toBe(own?.bot.key)
  const device = await makeDeviceSecrets(await opened(live), systemRandomBytes)
  expect(publicKey(served.key).kid).toBe(device.key.kid)
  expect(readFileSync(join(live, 'policy.yaml'), 'utf8')).toBe(DEFAULT_POLICY)
  expect(readSecret(join(live, 'executor/sandbox.secret'))).toBe(
    readSecret(join(home, 'executor/sandbox.secret')),
  )
})

test('an attempt that was cut off is no account, and the next one makes it whole', async () => {
  const home = await openHome()
  const secret = join(home, 'executor/sandbox.secret')
  renameSync(secret, `${secret}.away`)
  await expect(add(home, 'live')).rejects.toThrow(code('file_unreadable'))
  const live = accountHome(home, 'live')
  expect(existsSync(vaultFile(live)), 'it had begun').toBe(true)
  expect(accountsOf(home).map(({ name }) => name)).toEqual(['main'])
  renameSync(`${secret}.away`, secret)
  await add(home, 'live')
  const served = loadConfig('bot', botConfig, home, {}).devices['live']
  const device = await makeDeviceSecrets(await opened(live), systemRandomBytes)
  expect(served?.key).toBe(device.key.publicKey)
})

test('its programs have rights at the broker for its own topics alone, and they are renewed with the others', async () => {
  const { home, live } = await openTwo()
  const files = {
    device: join(live, 'executor/device.token'),
    signals: join(live, 'executor/device-signals.token'),
    bot: join(home, 'bot/account-live.token'),
  }
  const { device, signals, bot } = files
  expect([device, signals, bot].map((file) => tokenIn(file).sub)).toEqual([
    'device-live',
    'device-signals-live',
    'bot-live',
  ])
  expect(tokenIn(device).acl).toEqual({
    publish: ['keyside/v1/report/device-live', 'keyside/v1/presence/home/device-live'],
    subscribe: ['keyside/v1/command/device-live'],
  })
  expect(tokenIn(bot).acl).toEqual({
    publish: ['keyside/v1/command/device-live'],
    subscribe: ['keyside/v1/report/device-live', 'keyside/v1/presence/home/device-live'],
  })
  const before = [device, signals, bot].map(readSecret)
  renewTokens({ home, ...parts })
  const after = [device, signals, bot].map(readSecret)
  expect(after.filter((token) => before.includes(token))).toEqual([])
  expect(existsSync(join(live, 'bot'))).toBe(false)
  expect(readdirSync(join(home, 'executor'))).not.toContain('live')
})

test('what cannot be an account is refused before anything is made', async () => {
  const { home } = await openTwo()
  for (const name of ['sell', 'all', 'Live', '../live', 'a'.repeat(17), ''])
    expect(() => refuseAccount(home, name)).toThrow(code('account_name_invalid'))
  expect(() => refuseAccount(home, 'live')).toThrow(code('account_exists'))
  expect(() => refuseAccount(home, 'main')).toThrow(code('account_exists'))
  const known = loadConfig('bot', botConfig, home, {}).devices['live'] ?? expect.unreachable()
  editConfig(home, (config) =>
    config.setIn(['bot', 'devices', 'cabin'], config.createNode({ ...known, key: known.key })),
  )
  editConfig(home, (config) => config.deleteIn(['bot', 'devices', 'live']))
  expect(() => refuseAccount(home, 'cabin'), 'a device elsewhere').toThrow(code('account_exists'))
  for (const name of ['a', 'b', 'c', 'd', 'e']) await add(home, name)
  expect(() => refuseAccount(home, 'f')).toThrow(code('accounts_full'))
  expect(() => refuseAccount(home, 'f')).toThrow('at most 8')
  editConfig(home, (config) => config.delete('executor'))
  expect(() => refuseAccount(home, 'f')).toThrow(code('accounts_need_device'))
  const elsewhere = await openHome('elsewhere')
  expect(() => refuseAccount(elsewhere, 'live')).toThrow(code('accounts_need_bot'))
})

test('a command about one account asks which, finds it, and leaves settings of the home behind', async () => {
  const { home, live } = await openTwo()
  const chosen = (name?: string, accounts: 'one' | 'any' = 'one') => {
    const env = { KEYSIDE_HOME: home, KEYSIDE_EXECUTOR__ID: 'other', KEYSIDE_LOG: 'warn' }
    chooseAccount(name, accounts, env)
    return env
  }
  expect(() => chosen()).toThrow(code('account_unnamed'))
  expect(() => chosen()).toThrow('--account main or --account live')
  expect(() => chosen('west')).toThrow(code('account_unknown'))
  expect(chosen(undefined, 'any').KEYSIDE_HOME).toBe(home)
  expect(chosen('main')).toMatchObject({ KEYSIDE_HOME: home, KEYSIDE_EXECUTOR__ID: 'other' })
  expect(chosen('live')).toEqual({ KEYSIDE_HOME: live, KEYSIDE_LOG: 'warn' })
  const alone = await openHome()
  const env = { KEYSIDE_HOME: alone }
  chooseAccount(undefined, 'one', env)
  expect(env).toEqual({ KEYSIDE_HOME: alone })
})

test('two accounts never have one API key, whichever is asked first', async () => {
  const { home, live } = await openTwo()
  await add(home, 'second')
  const second = accountHome(home, 'second')
  const keys = { exchange: 'binance', apiKey: 'one', secret: 'words' }
  await keepExchangeKeys(await opened(live), 'live', keys)
  await expect(refuseSharedKey(second, keys, opened)).rejects.toMatchObject({
    code: 'key_in_use',
    message: expect.stringContaining('"live"'),
  })
  await refuseSharedKey(second, { ...keys, apiKey: 'two' }, opened)
  await refuseSharedKey(live, keys, opened)
  const closed = () => Promise.reject(new Error('closed'))
  await expect(refuseSharedKey(second, keys, closed), 'unknown is no yes').rejects.toThrow('closed')
})

test('what is removed has no keys and no bot any more, and its record stays', async () => {
  const { home, live } = await openTwo()
  const kept = await removeAccount(home, 'live', systemClock)
  expect(accountsOf(home).map(({ name }) => name)).toEqual(['main'])
  expect(existsSync(live)).toBe(false)
  expect(existsSync(join(kept, 'policy.yaml'))).toBe(true)
  expect(existsSync(vaultFile(kept))).toBe(false)
  expect(Object.keys(loadConfig('bot', botConfig, home, {}).devices)).toEqual(['main'])
  expect(readdirSync(join(home, 'bot')).filter((file) => file.includes('live'))).toEqual([])
  await expect(removeAccount(home, 'live', systemClock)).rejects.toThrow(code('account_unknown'))
  await expect(removeAccount(home, 'main', systemClock)).rejects.toThrow(code('account_first'))
  await add(home, 'live')
  expect(accountsOf(home).map(({ name }) => name)).toEqual(['main', 'live'])
})
