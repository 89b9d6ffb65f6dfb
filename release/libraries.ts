// The libraries that lie in the package beside its own code. Those of many files are made one of few, at the same place: to find
// and read each file is a third of a program's start.
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { z } from 'zod'

/** Not in the bundle: native code, data, and what is loaded only when it is needed, by name. */
export const LIBRARIES = [
  '@resvg/resvg-wasm',
  'ccxt',
  'dejavu-fonts-ttf',
  'https-proxy-agent',
  'keytar',
  'mqtt',
  'mqtt-packet',
  'pino',
  'socks-proxy-agent',
  'trading-signals',
] as const

/** Files by which these are loaded; all that they need is in them. */
const MADE_FEW: Readonly<Record<string, { files: readonly string[]; format: 'esm' | 'cjs' }>> = {
  ccxt: {
    files: ['js/ccxt.js', 'js/src/*.js', 'js/src/pro/*.js', 'js/src/base/errors.js'],
    format: 'esm',
  },
  mqtt: { files: ['build/index.js'], format: 'cjs' },
  'mqtt-packet': { files: ['mqtt.js'], format: 'cjs' },
  pino: { files: ['pino.js'], format: 'cjs' },
}

/** Native code that makes WebSockets faster where it is there: no program behind walls may load it. */
const LEFT_OUT = ['bufferutil', 'utf-8-validate']

const manifest = z.looseObject({
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
})

function manifestOf(folder: string) {
  return manifest.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')))
}

/** Into `folder`, in the versions of the workspace. Resolves with the names of all whose code that is. */
export async function addLibraries(root: string, folder: string): Promise<readonly string[]> {
  const copied = withDependencies(root, LIBRARIES)
  for (const name of copied) if (MADE_FEW[name] === undefined) copyLibrary(root, name, folder)
  const made = Object.keys(MADE_FEW).map((name) => makeFew(root, name, folder))
  return [...copied, ...(await Promise.all(made)).flat()]
}

/** As they lie in this workspace: in the version of the lockfile, one of each. */
function withDependencies(root: string, names: readonly string[]): readonly string[] {
  const found = new Set<string>()
  const folderOf = (name: string) => join(root, 'node_modules', name)
  const add = (name: string) => {
    if (found.has(name) || !existsSync(join(folderOf(name), 'package.json'))) return
    found.add(name)
    if (MADE_FEW[name] !== undefined) return
    const { dependencies, optionalDependencies } = manifestOf(folderOf(name))
    // In another version than the others' it lies within, and goes along with it.
    for (const other of Object.keys({ ...dependencies, ...optionalDependencies }))
      if (!existsSync(join(folderOf(name), 'node_modules', other))) add(other)
  }
  for (const name of names) add(name)
  return [...found].sort()
}

/** Without types and maps. */
function copyLibrary(root: string, name: string, folder: string): void {
  cpSync(join(root, 'node_modules', name), join(folder, 'node_modules', name), {
    recursive: true,
    dereference: true,
    filter: (path) => !/\.(?:d\.[cm]?ts|map)$/.test(path),
  })
}

async function makeFew(root: string, name: string, folder: string): Promise<readonly string[]> {
  const from = join(root, 'node_modules', name)
  const to = join(folder, 'node_modules', name)
  const { files = [], format = 'esm' } = MADE_FEW[name] ?? {}
  const entries = globSync([...files], { cwd: from })
  const made = await rolldown({
    cwd: from,
    platform: 'node',
    input: Object.fromEntries(entries.map((file) => [file.replace(/\.js$/, ''), join(from, file)])),
    // One of each: what is set in a library is set for all that use it.
    external: (id) =>
      id.startsWith('node:') ||
      LEFT_OUT.includes(id) ||
      (id !== name && LIBRARIES.some((one) => one === id)),
    logLevel: 'silent',
  })
  const { output } = await made.write({
    dir: to,
    format,
    minify: { compress: true, mangle: false, codegen: { asciiOnly: true } },
    entryFileNames: '[name].js',
    chunkFileNames: 'code/[name]-[hash].js',
  })
  await made.close()
  mkdirSync(to, { recursive: true })
  // What it needs is in it: npm has nothing to look for.
  const { dependencies, optionalDependencies, devDependencies, scripts, ...kept } = manifestOf(from)
  writeFileSync(join(to, 'package.json'), `${JSON.stringify(kept, null, 2)}\n`)
  return output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : [])).flatMap(namesOf)
}

/** Of the library to which a module belongs. */
export function namesOf(module: string): readonly string[] {
  const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(module) ?? []
  return name === undefined ? [] : [name]
}
