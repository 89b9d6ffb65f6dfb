// Builds the package that people install: Keyside's code as JavaScript in few files, the libraries inside it, and
// everything that is no code at the place where it is in this repository. release/README.md tells what is in it.
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
import { type Plugin, rolldown } from 'rolldown'
import { z } from 'zod'
import { addLibraries, LIBRARIES, namesOf } from './libraries.ts'
import { licences } from './licences.ts'
import { sbom } from './sbom.ts'

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

const manifest = z.object({
  version: z.string(),
  license: z.string(),
  dependencies: z.record(z.string(), z.string()).default({}),
})

/** Into this folder, which is made anew. Resolves with the names of the libraries in it. */
export async function buildPackage(
  folder: string,
  releaseKey?: string,
): Promise<readonly string[]> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const bundled = await bundle(folder)
  for (const file of FILES) cpSync(join(root, file), join(folder, file), { recursive: true })
  const libraries = await addLibraries(root, folder)
  writeJson(join(folder, 'build.json'), { ...build(), ...(releaseKey && { releaseKey }) })
  writeJson(join(folder, 'package.json'), packageJson())
  const names = [...new Set([...bundled, ...libraries])].sort()
  writeFileSync(join(folder, 'LICENCES.txt'), licences(root, names))
  return names
}

/** An import statement reads all that `process` has, which is a tenth of a start: its name alone reads nothing. */
const PROCESS = 'node:process'
/** For where Node has no URL of its own: half a megabyte of tables. */
const OTHER_URL = 'whatwg-url'

const nodesOwn: Plugin = {
  name: 'what Node has itself',
  resolveId: (id) => {
    if (id === OTHER_URL) return { id: 'node:url', external: true }
    return id === PROCESS ? `\0${PROCESS}` : null
  },
  load: (id) =>
    id === `\0${PROCESS}`
      ? 'export default process; export const { exit, platform, version } = process'
      : null,
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
      (name.startsWith('node:') && name !== PROCESS) ||
      LIBRARIES.some((one) => one === name || name.startsWith(`${one}/`)),
    plugins: [nodesOwn],
    logLevel: 'warn',
  })
  const { output } = await made.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'code/[name]-[hash].js',
    // A program keeps the text of its code in memory.
    comments: false,
    minify: {
      compress: false,
      mangle: false,
      codegen: { removeWhitespace: false, asciiOnly: true },
    },
  })
  await made.close()
  for (const file of ['cli/keyside.js', 'cli/main.js']) chmodSync(join(folder, file), 0o755)
  const chunks = output.filter((one) => one.type === 'chunk')
  for (const { fileName, code } of chunks) writeFileSync(join(folder, fileName), inBytes(code))
  const modules = chunks.flatMap(({ moduleIds }) => moduleIds)
  refuseTests(modules)
  return modules.flatMap(namesOf)
}

/** Throws where one of the files is a test's, or made for tests. */
export function refuseTests(files: readonly string[]): void {
  const ofTests = files.filter((path) => /\/testing\/|\.test\./.test(path))
  if (ofTests.length > 0)
    throw new Error(`code of tests is needed by the package: ${ofTests.join(', ')}`)
}

/**
 * One letter that is no byte makes two bytes in memory of each letter of the file. What is left of them is in templates with
 * a tag, whose parts no tag of ours reads as they are written.
 */
function inBytes(code: string): string {
  return code.replace(/[^\p{ASCII}]/gu, (one) => `\\u{${one.codePointAt(0)?.toString(16)}}`)
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

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'release-key': { type: 'string' } },
  })
  const folder = resolve(positionals[0] ?? join(root, 'dist', 'keyside'))
  const names = await buildPackage(folder, values['release-key'])
  writeJson(join(folder, 'sbom.json'), sbom(root, names))
  process.stdout.write(`${folder}\nMake one file of it: npm pack ${folder}\n`)
}
