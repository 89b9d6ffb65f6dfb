// Roots and keysets as their owner handles them: files in, files out, and what a device makes of each.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Keyset,
  keysetTopic,
  rootFingerprint,
  type SigningKey,
  verifyKeyset,
} from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import { readSigningKey, systemRandomBytes } from '@keyside/runtime'
import { createVault } from '@keyside/runtime/vault'
import { expect, test } from 'vitest'
import { CHEAP, PASSPHRASE, type ProviderHome, providerHome } from '../testing/provider-home.ts'
import {
  addSignature,
  draftText,
  type KeysetFile,
  readKeyset,
  signedText,
  signersOf,
} from './file.ts'
import { createRoot, openRoot } from './root.ts'
import {
  currentKeyset,
  publishKeyset,
  renewKeyset,
  revokeKey,
  rotateEngineKey,
  rotateRoot,
} from './tools.ts'

const DAY = 86_400
const key = (seed: number) => signingKey(new Uint8Array(32).fill(seed))
const refused = (code: string) => expect.objectContaining({ code })

const rootFile = (home: ProviderHome) => ({
  file: join(home.home, 'authority/root.vault'),
  passphrase: PASSPHRASE,
  randomBytes: systemRandomBytes,
})

const signedBy = (claims: Keyset, ...keys: readonly SigningKey[]): KeysetFile =>
  keys.reduce((file, each) => addSignature(file, each), { claims, tokens: [] } as KeysetFile)

/** A device that pinned the first root, and takes each keyset as it comes. */
function follower(home: ProviderHome) {
  let held: { version: number; hash: string; root: string } | null = null
  return (file: KeysetFile) => {
    const verified = verifyKeyset(signedText(file), {
      pinned: home.made.root,
      now: home.clock.now() / 1000,
      topic: keysetTopic('acme'),
      held,
    })
    if (verified.ok) held = verified
    return verified.ok ? verified.version : verified.code
  }
}

test('a new provider has a root under a passphrase, and a keyset that a device takes', async () => {
  const home = await providerHome()
  expect(follower(home)(currentKeyset(home.deps))).toBe(1)
  expect(statSync(join(home.home, 'authority/root.vault')).mode & 0o777).toBe(0o600)
  const { keys, plans } = currentKeyset(home.deps).claims
  expect(keys[0]).toEqual({
    key: home.engine.publicKey,
    kinds: ['signal', 'head', 'alert', 'response'],
  })
  // The authority's key signs no signal and no head.
  expect(keys[1]?.kinds).toEqual(['answer', 'response'])
  expect(plans.map(({ plan }) => plan)).toEqual(['trend', 'swing'])
  await expect(openRoot({ ...rootFile(home), passphrase: 'another passphrase' })).rejects.toEqual(
    refused('vault_passphrase_wrong'),
  )
  await expect(createRoot(rootFile(home), CHEAP)).rejects.toEqual(refused('vault_exists'))
})

test('a vault without a root key is no root', async () => {
  const home = await providerHome()
  const options = { ...rootFile(home), file: join(home.home, 'other.vault') }
  await createVault(options, CHEAP)
  await expect(openRoot(options)).rejects.toEqual(refused('root_missing'))
})

test('a renewed keyset brings new dates, plans and addresses, and is taken by who has the one before', async () => {
  const home = await providerHome()
  const take = follower(home)
  take(currentKeyset(home.deps))
  const addresses = [{ url: 'mqtts://new.example:8883', tls: 'ca' }]
  const moved = { ...home.deps, config: { ...home.config, addresses } }
  const claims = renewKeyset(moved, 60)
  expect(claims.addresses).toEqual(addresses)
  expect(Math.round((claims.exp - claims.iat) / DAY)).toBe(60)
  const file = signedBy(claims, await openRoot(rootFile(home)))
  publishKeyset(home.deps, file)
  expect(take(currentKeyset(home.deps))).toBe(2)
})

test('an engine key is rotated with an overlap, and its successor lies beside it until the engine takes it', async () => {
  const home = await providerHome()
  const claims = rotateEngineKey(home.deps, 30, 2)
  const [old, next] = claims.keys
  expect(old?.key).toBe(home.engine.publicKey)
  expect((old?.until ?? 0) - claims.iat).toBeCloseTo(2 * DAY, 0)
  expect(next).toMatchObject({ kinds: ['signal', 'head', 'alert', 'response'] })
  expect(next?.until).toBeUndefined()
  const file = join(home.home, 'engine/engine.key.next')
  expect(readSigningKey(file).publicKey).toBe(next?.key)
  // Drafted twice, it is the same key.
  expect(rotateEngineKey(home.deps, 30, 2).keys[1]?.key).toBe(next?.key)
  publishKeyset(home.deps, signedBy(claims, await openRoot(rootFile(home))))
  expect(() => rotateEngineKey(home.deps, 30, 2)).toThrow(refused('key_rotation_open'))
})

test('a revoked engine key is out at once, and has a successor', async () => {
  const home = await providerHome()
  const claims = revokeKey(home.deps, home.engine.kid, 30)
  expect(claims.revoked).toEqual([home.engine.kid])
  expect(claims.keys.map((each) => each.key)).not.toContain(home.engine.publicKey)
  expect(claims.keys.filter(({ kinds }) => kinds.includes('signal'))).toHaveLength(1)
  expect(existsSync(join(home.home, 'engine/engine.key.next'))).toBe(true)
  expect(() => revokeKey(home.deps, key(9).kid, 30)).toThrow(refused('key_unknown'))
})

test('a key whose time is over is listed a while longer, for the signals that it signed', async () => {
  const home = await providerHome()
  publishKeyset(
    home.deps,
    signedBy(rotateEngineKey(home.deps, 90, 2), await openRoot(rootFile(home))),
  )
  const keys = () => renewKeyset(home.deps, 30).keys.map((each) => each.key)
  home.clock.move(20 * DAY * 1000)
  expect(keys()).toContain(home.engine.publicKey)
  home.clock.move(13 * DAY * 1000)
  expect(keys()).not.toContain(home.engine.publicKey)
})

test('a root is rotated by the old and the new one together, and the old one alone is not enough afterwards', async () => {
  const home = await providerHome()
  const take = follower(home)
  take(currentKeyset(home.deps))
  const old = await openRoot(rootFile(home))
  const [a, b, c] = [key(1), key(2), key(3)]
  const keys = [a, b, c].map(({ publicKey }) => publicKey).sort()
  const claims = rotateRoot(home.deps, { keys, threshold: 2 }, 30)
  for (const signers of [[old], [a, b], [old, a]]) {
    expect(() => publishKeyset(home.deps, signedBy(claims, ...signers))).toThrow(
      refused('keyset_unsigned'),
    )
    expect(take(signedBy(claims, ...signers))).toBe('keyset_signatures_missing')
  }
  publishKeyset(home.deps, signedBy(claims, old, b, c))
  expect(take(currentKeyset(home.deps))).toBe(2)
  const next = renewKeyset(home.deps, 30)
  expect(() => publishKeyset(home.deps, signedBy(next, old))).toThrow(refused('keyset_unsigned'))
  expect(take(signedBy(next, old))).toBe('keyset_signatures_missing')
  // The old root may be lost by now. Only devices that have not been connected since still need its signature.
  publishKeyset(home.deps, signedBy(next, a, c))
  expect(take(currentKeyset(home.deps))).toBe(3)
  expect(follower(home)(currentKeyset(home.deps))).toBe('keyset_signatures_missing')
  expect(follower(home)(signedBy(next, old, a, c))).toBe(3)
})

test('signers sign one after the other, each once, and the file says who has', async () => {
  const home = await providerHome()
  const [a, b] = [key(1), key(2)]
  const root = { keys: [a.publicKey, b.publicKey].sort(), threshold: 2 }
  const claims = { ...renewKeyset(home.deps, 30), roots: [root] }
  const draft = readKeyset(draftText(claims))
  expect([draft.tokens, draft.claims]).toEqual([[], claims])
  const once = readKeyset(signedText(addSignature(draft, a)))
  expect(signersOf(once)).toEqual([a.publicKey])
  const both = addSignature(addSignature(once, a), b)
  expect(both.tokens).toHaveLength(2)
  expect(signersOf(both).toSorted()).toEqual(root.keys)
  expect(() => addSignature(draft, key(9))).toThrow(refused('root_key_foreign'))
  const pinned = { pinned: rootFingerprint(root), now: home.clock.now() / 1000, held: null }
  expect(verifyKeyset(signedText(both), { ...pinned, topic: keysetTopic('acme') }).ok).toBe(true)
})

test('a keyset of another root, an older one, and two of one version are not published', async () => {
  const home = await providerHome()
  const root = await openRoot(rootFile(home))
  const next = signedBy(renewKeyset(home.deps, 30), root)
  const twin = signedBy(renewKeyset(home.deps, 31), root)
  const first = currentKeyset(home.deps)
  publishKeyset(home.deps, next)
  publishKeyset(home.deps, next)
  expect(() => publishKeyset(home.deps, twin)).toThrow(refused('keyset_twice'))
  expect(() => publishKeyset(home.deps, first)).toThrow(refused('keyset_version_old'))
  const roots = [{ keys: [key(9).publicKey], threshold: 1 }]
  const foreign = signedBy({ ...renewKeyset(home.deps, 30), roots }, key(9))
  expect(() => publishKeyset(home.deps, foreign)).toThrow(refused('keyset_root_unknown'))
  const other = signedBy({ ...renewKeyset(home.deps, 30), iss: 'other' }, root)
  expect(() => publishKeyset(home.deps, other)).toThrow(refused('topic_mismatch'))
  expect(currentKeyset(home.deps).claims.version).toBe(2)
})

test.each(['', '{}', '{"version":1}', 'a.b.c', 'no keyset'])('%j is no keyset', (text) => {
  expect(() => readKeyset(text)).toThrow(refused('keyset_malformed'))
  expect(() => readKeyset(text)).toThrow(/^this is no keyset(?: \(\w.*\))?: name a file that /)
})
