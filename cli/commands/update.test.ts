// A release that is what it says, and every one that is not.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signingKey } from '@keyside/protocol/node'
import { expect, onTestFinished, test, vi } from 'vitest'
import { buildProgram } from '../program.ts'
import { compareVersions, digestOf, signRelease } from '../update/release.ts'

const KEY = signingKey(new Uint8Array(32).fill(1))
const OTHER = signingKey(new Uint8Array(32).fill(2))
const TARBALL = 'keyside-999.0.0.tgz'

/** A folder with a file, and the manifest that speaks of it. */
function released({ version = '999.0.0', key = KEY } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-release-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const manifest = join(folder, 'keyside.release.json')
  writeFileSync(join(folder, TARBALL), 'bytes')
  const files = [{ name: TARBALL, sha512: digestOf(Buffer.from('bytes')) }]
  writeFileSync(manifest, signRelease({ name: 'keyside', version, at: 1_800_000_000, files }, key))
  return { folder, manifest }
}

async function check(manifest: string, ...words: string[]): Promise<string> {
  const args = ['update', 'check', manifest, ...words]
  let printed = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text
    return true
  })
  await (await buildProgram(args)).parseAsync(args, { from: 'user' })
  return printed
}

test('a good one is said to be good, with the step that is left to the person', async () => {
  const { folder, manifest } = released()
  const said = await check(manifest, '--key', KEY.publicKey)
  expect(said).toMatch(/Keyside 999\.0\.0 of 2027-01-15: the signature is good/)
  expect(said, 'the file that was checked, wherever the person is').toContain(
    `npm install -g ${join(folder, TARBALL)},`,
  )
})

test('an older one is good too, and said to be older', async () => {
  const { manifest } = released({ version: '0.0.1' })
  expect(await check(manifest, '--key', KEY.publicKey)).toMatch(/OLDER/)
})

test('a manifest speaks of files beside it alone', () => {
  const sha512 = digestOf(Buffer.from('bytes'))
  for (const name of ['..', '.', '../keyside.tgz', '-rf', 'a b', ''])
    expect(
      () =>
        signRelease({ name: 'keyside', version: '1.0.0', at: 1, files: [{ name, sha512 }] }, KEY),
      name,
    ).toThrow()
})

test('versions are compared as numbers', () => {
  expect(compareVersions('0.10.0', '0.9.9')).toBeGreaterThan(0)
  expect(compareVersions('1.0.0', '0.99.99')).toBeGreaterThan(0)
  expect(compareVersions('2.3.4', '2.3.4')).toBe(0)
})

test.each([
  ['no key', [], 'release_key_missing', () => undefined],
  ['a key that is none', ['--key', 'abc'], 'release_key_invalid', () => undefined],
  ['another key', ['--key', OTHER.publicKey], 'release_forged', () => undefined],
  [
    'a version that was altered',
    ['--key', KEY.publicKey],
    'release_forged',
    (folder: string) => alter(folder, '999.0.0', '999.0.1'),
  ],
  [
    'no JSON',
    ['--key', KEY.publicKey],
    'release_unreadable',
    (folder: string) => writeFileSync(join(folder, 'keyside.release.json'), 'hello'),
  ],
  [
    'no file beside it',
    ['--key', KEY.publicKey],
    'release_file_missing',
    (folder: string) => rmSync(join(folder, TARBALL)),
  ],
  [
    'another file beside it',
    ['--key', KEY.publicKey],
    'release_file_differs',
    (folder: string) => writeFileSync(join(folder, TARBALL), 'Bytes'),
  ],
] as const)('%s is refused', async (_, words, code, change) => {
  const { folder, manifest } = released()
  change(folder)
  await expect(check(manifest, ...words)).rejects.toMatchObject({ code })
})

function alter(folder: string, from: string, to: string): void {
  const path = join(folder, 'keyside.release.json')
  const text = readFileSync(path, 'utf8')
  expect(text).toContain(from)
  writeFileSync(path, text.replace(from, to))
}
