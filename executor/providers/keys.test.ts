// Which keyset counts: only a higher one, verified by the pinned root, and on the disk before it is used.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writePrivate } from '@keyside/runtime'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { TestProvider } from '../testing/provider-rig.ts'
import { heldKeys, type KeysetMark, pinnedKeys } from './keys.ts'

const acme = new TestProvider()
const other = new TestProvider('acme', 40)
const now = acme.begun
let file = ''

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-keys-'))
  file = join(folder, 'keyset.txt')
  onTestFinished(() => rmSync(folder, { recursive: true }))
})

const open = (journaled: KeysetMark | null = null, at = now) =>
  heldKeys({
    file,
    conflictFile: `${file}.conflict`,
    issuer: 'acme',
    root: acme.fingerprint,
    journaled,
    now: at,
  })

const result = (keys: ReturnType<typeof open>, text: string) => {
  const taken = keys.take(text, now)
  return taken.result === 'refused' ? taken.code : taken.result
}

test('trusts nobody before the first keyset, and its keys from then on', () => {
  const keys = open()
  expect(keys.keyring().size).toBe(0)
  expect(result(keys, acme.keyset(1))).toBe('newer')
  expect(keys.keyring().size).toBeGreaterThan(0)
  expect(keys.held()?.version).toBe(1)
  expect(keys.floor()).toBe(now - 1)
})

test('a keyset is on the disk before it is used, for its owner alone, and counts after a restart', () => {
  const keys = open()
  keys.take(acme.keyset(3), now)
  expect(readFileSync(file, 'utf8').trim()).toBe(acme.keyset(3))
  expect(statSync(file).mode & 0o077).toBe(0)
  expect(open().held()?.version).toBe(3)
})

test('one that cannot be written is not used', () => {
  writePrivate(file, 'not a folder')
  const keys = heldKeys({
    file: join(file, 'keyset.txt'),
    conflictFile: `${file}.conflict`,
    issuer: 'acme',
    root: acme.fingerprint,
    journaled: null,
    now,
  })
  expect(() => keys.take(acme.keyset(1), now)).toThrow()
  expect(keys.held()).toBeNull()
})

test('takes only a higher version, and the same one again is no news', () => {
  const keys = open()
  expect(result(keys, acme.keyset(2))).toBe('newer')
  expect(result(keys, acme.keyset(2))).toBe('same')
  expect(result(keys, acme.keyset(1))).toBe('keyset_version_old')
  expect(result(keys, acme.keyset(3))).toBe('newer')
})

test('two keysets of one version are a reason to stop', () => {
  const keys = open()
  keys.take(acme.keyset(2), now)
  expect(result(keys, acme.keyset(2, { revoked: [acme.engine.kid] }))).toBe('conflict')
  expect(keys.held()?.claims.revoked).toEqual([])
  expect(result(keys, acme.keyset(3)), 'for good').toBe('conflict')
  expect([keys.conflict(), open().conflict()], 'over a restart').toEqual(['seen', 'seen'])
})

test('a keyset of another root, or without the signature of the root, is not taken', () => {
  const keys = open()
  expect(result(keys, other.keyset(1))).toBe('keyset_root_unknown')
  expect(result(keys, acme.keyset(1, { signers: [acme.engine] }))).not.toBe('newer')
  expect(keys.held()).toBeNull()
})

test('an older folder that was put back brings no older keyset: the journal has seen a newer one', () => {
  const keys = open()
  keys.take(acme.keyset(5), now)
  const mark = keys.held()
  writePrivate(file, `${acme.keyset(4)}\n`)
  const restored = open(mark)
  expect(restored.held()).toBeNull()
  expect(result(restored, acme.keyset(4))).toBe('keyset_version_old')
  expect(result(restored, acme.keyset(5))).toBe('newer')
  rmSync(file)
  expect(result(open(mark), acme.keyset(5, { revoked: [acme.engine.kid] }))).toBe('conflict')
})

test('after a change of the root the one in force is the anchor, over a restart, whether the old one signs on or is left out', () => {
  const keys = open()
  const [first, second] = [acme.root, other.root].map(({ publicKey }) => ({
    keys: [publicKey],
    threshold: 1,
  }))
  if (first === undefined || second === undefined) throw new Error('two roots')
  const roots = [first, second]
  keys.take(acme.keyset(1), now)
  keys.take(acme.keyset(2, { roots, signers: [acme.root, other.root] }), now)
  for (const change of [{ roots }, { roots: [second] }]) {
    const version = (keys.held()?.version ?? 0) + 1
    expect(result(keys, acme.keyset(version, { ...change, signers: [other.root] }))).toBe('newer')
    const restarted = open(keys.held())
    expect(restarted.held()?.version).toBe(version)
    expect(result(restarted, acme.keyset(version + 1)), 'of the old root').not.toBe('newer')
  }
})

test('one that has ended says where the broker is, and no later one is older than it', () => {
  writePrivate(file, `${acme.keyset(2)}\n`)
  const late = open(null, now + 40 * 86_400)
  expect(late.held()?.version).toBe(2)
  expect(late.addresses()).toEqual([acme.address])
})

test('a file that was altered counts for nothing', () => {
  writePrivate(file, `${acme.keyset(2).slice(0, -4)}AAAA\n`)
  expect(open().held()).toBeNull()
})

test('knows whether the provider still speaks a version of the wire that is known here', () => {
  const keys = open()
  keys.take(acme.keyset(1, { wire: [{ version: 1, until: now + 10 }, { version: 2 }] }), now)
  expect(keys.wire(now)).toBe('known')
  expect(keys.wire(now + 10)).toBe('unknown')
})

test("an engine of one's own has its one key, and takes no keyset", () => {
  const keys = pinnedKeys('home', acme.engine.publicKey)
  expect(keys.keyring().size).toBe(3)
  expect(keys.take(acme.keyset(1), now).result).toBe('refused')
})
