// What every place for secrets must do, run by a test for each of them.
import { randomUUID } from 'node:crypto'
import type { Keychain } from './port.ts'

/** Throws an Error that names the first promise that is not kept. Leaves nothing behind. */
export async function keepsTheContract(keychain: Keychain): Promise<void> {
  const name = `contract/${randomUUID()}`
  const secret = `line one\nline two – ${'x'.repeat(200)}`
  await same('a name that nobody set', await keychain.get(name), null)
  await same('removing what is not there', await keychain.remove(name), false)
  await keychain.set(name, 'first')
  await keychain.set(name, secret)
  await same('the last value, to the character', await keychain.get(name), secret)
  await same('the list of names', (await keychain.names()).includes(name), true)
  for (const odd of ['__proto__', 'constructor', 'toString'])
    await same(`the name ${odd}`, await keychain.get(odd), null)
  await same('removing what is there', await keychain.remove(name), true)
  await same('a removed name', await keychain.get(name), null)
  await same('the list without it', (await keychain.names()).includes(name), false)
}

async function same(what: string, got: unknown, expected: unknown): Promise<void> {
  if (got !== expected) throw new Error(`${what}: expected ${String(expected)}, got ${String(got)}`)
}
