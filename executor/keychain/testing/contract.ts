// What every keychain must do, as checks that run in a test runner and in a bare process.
import assert from 'node:assert/strict'
import { systemRandomBytes } from '@keyside/runtime'
import type { Keychain } from '../port.ts'
import {
  deviceSecrets,
  exchangeAccounts,
  exchangeKeys,
  keepExchangeKeys,
  makeDeviceSecrets,
} from '../secrets.ts'

export interface KeychainCheck {
  readonly name: string
  run(keychain: Keychain): Promise<void>
}

const KEYS = { exchange: 'binance', apiKey: 'an-api-key', secret: 'a-secret' }

/** Each one cleans up behind itself. */
export const keychainContract: readonly KeychainCheck[] = [
  {
    name: 'gives back what was set, and the newest of two',
    run: async (keychain) => {
      const secret = '{"pem":"-----BEGIN\\n…"} \u{1F511}'
      await keychain.set('one', 'old')
      await keychain.set('one', secret)
      assert.equal(await keychain.get('one'), secret)
      assert.equal(await keychain.remove('one'), true)
    },
  },
  {
    name: 'answers null for a name it does not have, and false when asked to remove it',
    run: async (keychain) => {
      assert.equal(await keychain.get('nothing'), null)
      assert.equal(await keychain.get('constructor'), null)
      assert.equal(await keychain.remove('nothing'), false)
    },
  },
  {
    name: 'lists its names and forgets what is removed',
    run: async (keychain) => {
      await keychain.set('a', '1')
      await keychain.set('b', '2')
      assert.deepEqual([...(await keychain.names())].sort(), ['a', 'b'])
      await keychain.remove('a')
      await keychain.remove('b')
      assert.deepEqual(await keychain.names(), [])
    },
  },
  {
    name: 'makes the device key and the order salt once',
    run: async (keychain) => {
      await assert.rejects(deviceSecrets(keychain), { code: 'device_key_missing' })
      const made = await makeDeviceSecrets(keychain, systemRandomBytes)
      const again = await makeDeviceSecrets(keychain, systemRandomBytes)
      assert.equal(again.key.kid, made.key.kid)
      assert.deepEqual(Buffer.from(again.salt), Buffer.from(made.salt))
      for (const name of await keychain.names()) await keychain.remove(name)
    },
  },
  {
    name: 'keeps exchange keys by account and refuses one API key for two',
    run: async (keychain) => {
      await keepExchangeKeys(keychain, 'main', KEYS)
      await keepExchangeKeys(keychain, 'main', KEYS)
      await assert.rejects(keepExchangeKeys(keychain, 'other', KEYS), { code: 'key_in_use' })
      assert.deepEqual(await exchangeKeys(keychain, 'main'), KEYS)
      assert.equal(await exchangeKeys(keychain, 'other'), null)
      assert.deepEqual(await exchangeAccounts(keychain), ['main'])
      await keychain.remove('exchange/main')
    },
  },
  {
    name: 'keeps the passphrase of a key that has one, and reads no form that it does not know',
    run: async (keychain) => {
      await keepExchangeKeys(keychain, 'main', { ...KEYS, passphrase: 'words' })
      assert.equal((await exchangeKeys(keychain, 'main'))?.passphrase, 'words')
      await keychain.set('exchange/main', JSON.stringify({ version: 2, ...KEYS }))
      await assert.rejects(exchangeKeys(keychain, 'main'), { code: 'secret_malformed' })
      await keychain.remove('exchange/main')
    },
  },
]
