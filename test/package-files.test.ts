// What people install is all that it needs and nothing else: no test, no source of ours, nothing that only a developer has.
import { execFileSync, spawnSync } from 'node:child_process'
import {
  existsSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, relative } from 'node:path'
import { PROGRAM_FILES } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { refuseTests } from '../release/build.ts'
import { PACKAGE } from './keyside.ts'
import { read } from './source.ts'

/** Outside of the libraries, relative to the package. */
const files = readdirSync(PACKAGE, { withFileTypes: true })
  .filter(({ name }) => name !== 'node_modules')
  .flatMap((top) =>
    top.isFile()
      ? [top.name]
      : readdirSync(join(PACKAGE, top.name), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name).slice(PACKAGE.length + 1)),
  )
  .sort()

/** As the repository has them. */
const COPIED = ['LICENSE', 'README.md', 'SECURITY.md', 'docs', 'examples', 'sandbox/telegram/page']
const TYPES = 'strategy-engine/strategies/typescript/keyside.d.ts'
const MADE = ['LICENCES.txt', 'build.json', 'package.json', 'cli/keyside.js', 'cli/main.js']

test('each file of the package is one that it should have, and each of these is there', () => {
  const known = execFileSync('git', ['ls-files', '-z', ...COPIED, TYPES], { encoding: 'utf8' })
  const copied = known.split('\0').filter((name) => name !== '')
  const expected = [...copied, ...MADE, ...PROGRAM_FILES.map((name) => `${name}.js`)]
  expect(files.filter((name) => !name.startsWith('code/'))).toEqual(expected.sort())
  const chunks = files.filter((name) => name.startsWith('code/'))
  expect(chunks.length).toBeGreaterThan(10)
  expect(chunks.filter((name) => !/^code\/[\w.-]+\.js$/.test(name))).toEqual([])
  expect(
    files.filter((name) => /\.test\.|\btesting\b|\.(?:key|token|pem|db|env|tgz)$/.test(name)),
  ).toEqual([])
})

test('a program that needs code of tests cannot be built', () => {
  expect(() => refuseTests(['/k/cli/program.ts', '/k/runtime/clock.ts'])).not.toThrow()
  for (const file of ['/k/cli/testing/typed.ts', '/k/cli/program.test.ts'])
    expect(() => refuseTests(['/k/cli/program.ts', file])).toThrow(`needed by the package: ${file}`)
})

test('npm packs all of it, its libraries too: what it leaves out without a word would be missed by somebody', async () => {
  const [npm = ''] = execFileSync('which', ['npm'], { encoding: 'utf8' }).split('\n')
  // Its own parts that say what goes along: to pack it costs four times as much.
  const ofNpm = createRequire(realpathSync(npm))
  const Arborist = ofNpm('@npmcli/arborist')
  const packed: string[] = await ofNpm('npm-packlist')(
    await new Arborist({ path: PACKAGE }).loadActual(),
  )
  const all = readdirSync(PACKAGE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(PACKAGE, join(entry.parentPath, entry.name)))
  expect(all.length).toBeGreaterThan(files.length)
  expect(packed.toSorted()).toEqual(all.toSorted())
})

test('none of its text names this machine, and its code has letters of one byte alone', () => {
  const root = dirname(import.meta.dirname)
  for (const name of files.filter((file) => /\.(?:js|json|txt)$/.test(file))) {
    const text = readFileSync(join(PACKAGE, name), 'utf8')
    expect(text.includes(`${root}/`), name).toBe(false)
    if (name.startsWith('code/')) expect(/[^\p{ASCII}]/u.exec(text), name).toBeNull()
  }
})

test('the libraries lie in it in the versions of the lockfile, and it asks for no other', () => {
  const { dependencies, bundleDependencies } = JSON.parse(
    readFileSync(join(PACKAGE, 'package.json'), 'utf8'),
  )
  expect(Object.keys(dependencies)).toEqual(bundleDependencies)
  const { packages } = JSON.parse(read('package-lock.json'))
  for (const name of bundleDependencies) {
    const { version } = JSON.parse(
      readFileSync(join(PACKAGE, 'node_modules', name, 'package.json'), 'utf8'),
    )
    expect(version, name).toBe(packages[`node_modules/${name}`].version)
  }
})

test('what a library of it needs lies beside it, so that npm asks the network for nothing', () => {
  const libraries = join(PACKAGE, 'node_modules')
  const names = globSync(['*/package.json', '@*/*/package.json'], { cwd: libraries }).map(dirname)
  expect(names.length).toBeGreaterThan(10)
  const missing = names.flatMap((name) => {
    const folder = join(libraries, name)
    const { dependencies = {} }: { dependencies?: object } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    )
    const places = [libraries, join(folder, 'node_modules')]
    return Object.keys(dependencies)
      .filter((other) => !places.some((place) => existsSync(join(place, other, 'package.json'))))
      .map((other) => `${name} needs ${other}`)
  })
  expect(missing).toEqual([])
})

/** The files that this one imports at once, and those that they import. */
function withImports(...starts: readonly string[]): readonly string[] {
  const seen = new Set(starts)
  for (const file of seen)
    for (const [, path = ''] of textOf(file).matchAll(STATIC_IMPORT))
      if (path.startsWith('.')) seen.add(join(dirname(file), path))
  return [...seen]
}

const STATIC_IMPORT = /^(?:import|export)(?:\s[^"']*?from)?\s*["']([^"']+)["']/gm
const LATE_IMPORT = /\bimport\(["'](\.[^"']+)["']\)/g
function textOf(file: string): string {
  return readFileSync(join(PACKAGE, file), 'utf8')
}

/** Of all that it keeps, characters: a library, or a program, would be more alone. */
const MAX_KEPT = 80_000

test('keyside up keeps no library in memory and little code, for as long as a home runs', () => {
  const main = 'cli/main.js'
  // It loads these one after the other, and the last of them what is behind the word.
  const late = [...textOf(main).matchAll(LATE_IMPORT)].map(([, path = '']) => join('cli', path))
  expect(late.length).toBeGreaterThan(3)
  const kept = withImports(main, ...late, ...files.filter((name) => /^code\/up-home-/.test(name)))
  expect(kept.length).toBeGreaterThan(15)
  const libraries = kept.flatMap((file) =>
    [...textOf(file).matchAll(STATIC_IMPORT)]
      .filter(([, path = '']) => !/^(?:\.|node:)/.test(path))
      .map(([, path]) => `${file} imports ${path}`),
  )
  expect(libraries).toEqual([])
  expect(kept.reduce((sum, file) => sum + textOf(file).length, 0)).toBeLessThan(MAX_KEPT)
})

test('MQTT packets are written by one library, so that what is set in it is set for client and broker', () => {
  const places = ['code/*.js', 'node_modules/mqtt*/**/*.js'].flatMap((pattern) =>
    globSync(pattern, { cwd: PACKAGE }),
  )
  const own = places.filter((file) =>
    /["'`]cacheNumbers["'`]/.test(readFileSync(join(PACKAGE, file), 'utf8')),
  )
  expect(own).toEqual(['node_modules/mqtt-packet/mqtt.js'])
})

test('linked as npm links it, it runs from an empty folder without a network', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-linked-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  symlinkSync(join(PACKAGE, 'cli', 'keyside.js'), join(folder, 'keyside'))
  const alone = spawnSync('unshare', ['--net', 'true']).status === 0 ? ['unshare', '--net'] : []
  const [program = '', ...words] = [...alone, 'keyside', '--version']
  const { status, stdout, stderr } = spawnSync(program, words, {
    cwd: folder,
    env: {
      PATH: [folder, dirname(process.execPath), process.env['PATH']].join(delimiter),
      HOME: folder,
    },
    encoding: 'utf8',
  })
  const { version } = JSON.parse(read('package.json'))
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' })
})
