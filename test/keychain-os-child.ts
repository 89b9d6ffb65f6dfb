// Runs the keychain contract on the system's keychain and prints the results as one line of JSON.

import { openOsKeychain } from '../executor/keychain/os.ts'
import { keychainContract } from '../executor/keychain/testing/contract.ts'

try {
  const keychain = await openOsKeychain(process.cwd())
  const results = []
  for (const { name, run } of keychainContract)
    results.push({ name, result: await run(keychain).then(() => 'passed', String) })
  console.log(JSON.stringify(results))
} catch (error) {
  const { code, message } = error as { code?: string; message: string }
  console.log(JSON.stringify({ code, message }))
}
