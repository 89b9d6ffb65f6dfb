// Runs the keychain contract on the system's keychain, and two accounts beside each other, and prints the results as one line of JSON.
import { join } from 'node:path'

import { openOsKeychain } from '../executor/keychain/os.ts'
import {
  exchangeKeys,
  keepExchangeKeys,
  makeDeviceSecrets,
  removeExchangeKeys,
} from '../executor/keychain/secrets.ts'
import { keychainContract } from '../executor/keychain/testing/contract.ts'

try {
  const keychain = await openOsKeychain(process.cwd())
  const results = []
  for (const { name, run } of keychainContract)
    results.push({ name, result: await run(keychain).then(() => 'passed', String) })
  results.push({ name: 'two accounts', result: await twoAccounts(process.cwd()) })
  console.log(JSON.stringify(results))
} catch (error) {
  const { code, message } = error as { code?: string; message: string }
  console.log(JSON.stringify({ code, message }))
}

/** Of one home, and of the same name: each has what is its own, and what is done to one is not done to the other. */
async function twoAccounts(home: string): Promise<object> {
  const homes = [home, join(home, 'accounts', 'live')]
  const [one, other] = await Promise.all(homes.map((at) => openOsKeychain(at)))
  if (one === undefined || other === undefined) throw new Error('there are two')
  const keysOf = (name: string) => ({ exchange: 'binance', apiKey: `${name}-key`, secret: name })
  await keepExchangeKeys(one, 'main', keysOf('one'))
  const alone = await exchangeKeys(other, 'main')
  await keepExchangeKeys(other, 'main', keysOf('other'))
  const devices = [
    await makeDeviceSecrets(one, (bytes) => new Uint8Array(bytes).fill(1)),
    await makeDeviceSecrets(other, (bytes) => new Uint8Array(bytes).fill(2)),
  ]
  const both = [await exchangeKeys(one, 'main'), await exchangeKeys(other, 'main')]
  await removeExchangeKeys(one, 'main')
  return {
    alone,
    both: both.map((keys) => keys?.apiKey),
    devices: new Set(devices.map(({ key }) => key.publicKey)).size,
    left: [await exchangeKeys(one, 'main'), (await exchangeKeys(other, 'main'))?.apiKey],
  }
}
