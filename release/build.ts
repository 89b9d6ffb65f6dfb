// Builds the package that people install: Keyside's code as JavaScript in few files, the libraries inside it, and
// everything that is no code at the place where it is in this repository. release/README.md tells what is in it.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Build } from '@keyside/runtime'
import { codeVersion, PROGRAM_FILES, VERSIONED } from '@keyside/runtime'
import { rolldown } from 'rolldown'
import { z } from 'zod'
import { licences } from './licences.ts'

const root = join(import.meta.dirname, '..')

/** What the code reads, see `installed`. */
const FILES = [
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'docs',
  'examples',
  'sandbox/telegram/page',
  'strategy-engine/strategies/typescript/keyside.d.ts',
] as const

/** Not in the bundle: native code, data, and what is loaded only when it is needed, by name. */
const LIBRARIES = [
  '@resvg/resvg-wasm',
  'ccxt',
  'dejavu-fonts-ttf',
  'https-proxy-agent',
  'keytar',
  'mqtt',
  'pino',
  'socks-proxy-agent',
  'trading-signals',
] as const

const manifest = z.object({
  version: z.string(),
  license: z.string(),
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
})

/** Into this folder, which is made anew. */
export async function buildPackage(folder: string, releaseKey?: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const bundled = await bundle(folder)
  for (const file of FILES) cpSync(join(root, file), join(folder, file), { recursive: true })
  const libraries = withDependencies(LIBRARIES)
  for (const name of libraries) copyLibrary(name, folder)
  writeJson(join(folder, 'build.json'), { ...build(), ...(releaseKey && { releaseKey }) })
  writeJson(join(folder, 'package.json'), packageJson())
  writeFileSync(join(folder, 'LICENCES.txt'), licences(root, [...bundled, ...libraries]))
}

/** Names of the libraries whose code is in the bundle. */
async function bundle(folder: string): Promise<readonly string[]> {
  const entries = ['cli/keyside.js', 'cli/main.js', ...PROGRAM_FILES.map((name) => `${name}.ts`)]
  const made = await rolldown({
    cwd: root,
    platform: 'node',
    input: Object.fromEntries(
      entries.map((file) => [file.replace(/\.[jt]s$/, ''), join(root, file)]),
    ),
    external: (name) =>
      name.startsWith('node:') ||
      LIBRARIES.some((one) => one === name || name.startsWith(`${one}/`)),
    logLevel: 'warn',
  })
  const { output } = await made.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'code/[name]-[hash].js',
  })
  await made.close()
  for (const file of ['cli/keyside.js', 'cli/main.js']) chmodSync(join(folder, file), 0o755)
  const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []))
  return [...new Set(modules.flatMap((id) => libraryOf(id) ?? []))]
}

function libraryOf(module: string): string | null {
  const [, path] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(module) ?? []
  return path ?? null
}

/** As they lie in this workspace: in the version of the lockfile, one of each. */
function withDependencies(names: readonly string[]): readonly string[] {
  const found = new Set<string>()
  const folderOf = (name: string) => join(root, 'node_modules', name)
  const add = (name: string) => {
    const path = join(folderOf(name), 'package.json')
    if (found.has(name) || !existsSync(path)) return
    found.add(name)
    const { dependencies, optionalDependencies } = manifest.partial().parse(readJson(path))
    // In another version than the others' it lies within, and goes along with it.
    for (const other of Object.keys({ ...dependencies, ...optionalDependencies }))
      if (!existsSync(join(folderOf(name), 'node_modules', other))) add(other)
  }
  for (const name of names) add(name)
  return [...found].sort()
}

/** Without types, maps and the other builds of the same code. */
function copyLibrary(name: string, folder: string): void {
  const from = join(root, 'node_modules', name)
  const needless = /\/node_modules\/ccxt\/dist(?:\/|$)/
  cpSync(from, join(folder, 'node_modules', name), {
    recursive: true,
    dereference: true,
    filter: (path) => !/\.(?:d\.[cm]?ts|map)$/.test(path) && !needless.test(path),
  })
}

function build(): Build {
  const names = Object.keys(VERSIONED) as (keyof typeof VERSIONED)[]
  return { codeVersions: Object.fromEntries(names.map((name) => [name, codeVersion(name)])) }
}

function packageJson(): object {
  const { version, license } = manifest.parse(readJson(join(root, 'package.json')))
  const versions = Object.assign(
    {},
    ...readdirSync(root, { withFileTypes: true })
      .map(({ name }) => join(root, name, 'package.json'))
      .filter((path) => existsSync(path) && basename(dirname(path)) !== 'node_modules')
      .map((path) => manifest.partial().parse(readJson(path)).dependencies ?? {}),
  ) as Record<string, string>
  return {
    name: 'keyside',
    version,
    description:
      'Your keys stay on your side: signed trade signals over MQTT, orders placed by your own device.',
    license,
    type: 'module',
    bin: { keyside: 'cli/keyside.js' },
    engines: { node: '>=26' },
    dependencies: Object.fromEntries(LIBRARIES.map((name) => [name, versions[name]])),
    bundleDependencies: LIBRARIES,
  }
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}

function writeJson(path: string, value: object): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`)
}

/** Of all that runs, in the versions of the lockfile. */
function writeSbom(folder: string): void {
  const words = ['sbom', '--omit', 'dev', '--sbom-format', 'cyclonedx']
  writeFileSync(join(folder, 'sbom.json'), execFileSync('npm', words, { cwd: root }))
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'release-key': { type: 'string' } },
  })
  const folder = resolve(positionals[0] ?? join(root, 'dist', 'keyside'))
  await buildPackage(folder, values['release-key'])
  writeSbom(folder)
  process.stdout.write(`${folder}\nMake one file of it: npm pack ${folder}\n`)
}
