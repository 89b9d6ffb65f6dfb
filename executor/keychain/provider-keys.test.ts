// The device's keys for its providers: no two providers ever see the same one.
import { expect, test } from 'vitest'
import type { Keychain } from './port.ts'
import { enrolmentKeys, providerKey } from './provider-keys.ts'

const ROOTS = ['A'.repeat(43), 'B'.repeat(43)] as const

function keys() {
  const kept = new Map<string, string>()
  const keychain: Keychain = {
    kind: 'vault',
    get: async (name) => kept.get(name) ?? null,
    set: async (name, secret) => void kept.set(name, secret),
    remove: async (name) => kept.delete(name),
    names: async () => [...kept.keys()],
  }
  let byte = 0
  const randomBytes = (length: number) => {
    byte += 1
    return new Uint8Array(length).fill(byte)
  }
  return { kept, keychain, enrolments: enrolmentKeys(keychain, randomBytes) }
}

test('two providers see two keys, also where one copies the id of an invitation of the other', async () => {
  const { keychain, enrolments } = keys()
  const [first, second] = ROOTS.map((root) => ({ id: 'invited', root }))
  if (first === undefined || second === undefined) throw new Error('two enrolments')
  const one = await enrolments.make(first)
  const other = await enrolments.make(second)
  expect(other.kid).not.toBe(one.kid)
  await enrolments.keep('north', first)
  await enrolments.keep('south', second)
  expect((await providerKey(keychain, 'north'))?.kid).toBe(one.kid)
  expect((await providerKey(keychain, 'south'))?.kid).toBe(other.kid)
})

test('one link has one key until it is answered, and nothing of it is kept after a refusal', async () => {
  const { kept, enrolments } = keys()
  const enrolment = { id: 'invited', root: ROOTS[0] }
  const { kid } = await enrolments.make(enrolment)
  expect((await enrolments.make(enrolment)).kid).toBe(kid)
  await enrolments.forget(enrolment)
  expect(kept.size).toBe(0)
})
