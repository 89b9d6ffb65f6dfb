// Who imports whom, types and late imports included: no circles, and the executor's core only looks down.
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { packages, read, resolveImport, root } from './source.ts'

const FOLDERS = [...packages, 'simulation', 'bench', 'release']
/** From the ground up. Each may import itself, what is below it, and the words on the wire. */
const FLOORS = [
  'executor/core/model',
  'executor/core/risk',
  'executor/core/execution',
  'executor/core/health',
  'executor/core/commands',
  'executor/core',
]
const MAX_FILES = 40
const MAX_LINES = 300

type Graph = ReadonlyMap<string, ReadonlySet<string>>

function isProduction(file: string): boolean {
  return /\.ts$/.test(file) && !/\.test\.ts$|(?:^|\/)(?:testing|node_modules|vectors)\//.test(file)
}

const files = FOLDERS.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => join(folder, file))
    .filter(isProduction),
)

function importsOf(file: string): ReadonlySet<string> {
  const found = [...read(file).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)]
  return new Set(found.flatMap(([, path = '']) => resolveImport(file, path) ?? []))
}

const imports: Graph = new Map(files.map((file) => [file, importsOf(file)]))

const LOADING = /^(?:import|export) (?:(?!type\b)[\w*{][^':=()]*? from )?'([^']+)'/gm

/** What a program that starts with this file reads before it begins, of the repository and of others: types alone are not read. */
function loadedBy(start: string): readonly string[] {
  const seen = new Set([start])
  for (const file of seen) {
    if (!existsSync(join(root, file))) continue
    for (const [, path = ''] of read(file).matchAll(LOADING))
      seen.add(resolveImport(file, path) ?? path)
  }
  return [...seen]
}

function foldersOf(graph: Graph): Graph {
  const found = new Map<string, Set<string>>()
  for (const [file, targets] of graph)
    for (const target of targets) {
      const [from, to] = [dirname(file), dirname(target)]
      if (from !== to) found.set(from, (found.get(from) ?? new Set()).add(to))
    }
  return found
}

/** One circle as a path that ends where it began, or null. */
function circleIn(graph: Graph): readonly string[] | null {
  const done = new Set<string>()
  const path: string[] = []
  const visit = (node: string): readonly string[] | null => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node]
    if (done.has(node)) return null
    path.push(node)
    for (const next of graph.get(node) ?? []) {
      const circle = visit(next)
      if (circle !== null) return circle
    }
    path.pop()
    done.add(node)
    return null
  }
  for (const node of graph.keys()) {
    const circle = visit(node)
    if (circle !== null) return circle
  }
  return null
}

/** Each import of a core file that leads up, or out of the core, as a sentence that names the floor. */
function brokenFloors(graph: Graph): readonly string[] {
  return [...graph].flatMap(([file, targets]) => {
    const floor = FLOORS.findIndex((name) => file.startsWith(`${name}/`))
    if (floor < 0) return []
    const allowed = [...FLOORS.slice(0, floor + 1), 'protocol']
    return [...targets]
      .filter((target) => !allowed.some((name) => target.startsWith(`${name}/`)))
      .map((target) => `${FLOORS[floor]}: ${file} imports ${target}`)
  })
}

test('no file is imported by what it imports', () => {
  expect(circleIn(imports)).toBeNull()
})

test('no folder is imported by what it imports', () => {
  expect(circleIn(foldersOf(imports))).toBeNull()
})

test('model, risk, execution, health and commands import only downwards', () => {
  expect(files.filter((file) => file.startsWith('executor/core/')).length).toBeGreaterThan(50)
  expect(brokenFloors(imports)).toEqual([])
})

test('an import that leads up is found and its floor named', () => {
  const file = `${FLOORS[0]}/state.ts`
  const target = 'executor/core/decide.ts'
  const bent: Graph = new Map([...imports, [file, new Set([target])]])
  expect(brokenFloors(bent)).toEqual([`${FLOORS[0]}: ${file} imports ${target}`])
  expect(circleIn(bent)).toContain(file)
})

test('every import of the repository leads to a file that is there', () => {
  const missing = [...imports].flatMap(([file, targets]) =>
    [...targets]
      .filter((target) => !existsSync(join(root, target)))
      .map((target) => `${file}: ${target}`),
  )
  expect(missing).toEqual([])
})

test(`no folder has more than ${MAX_FILES} production files`, () => {
  const counts = new Map<string, number>()
  for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1)
  expect([...counts].filter(([, count]) => count > MAX_FILES)).toEqual([])
})

test(`no production file has more than ${MAX_LINES} lines`, () => {
  const lines = (file: string) => read(file).split('\n').length - 1
  expect(files.filter((file) => lines(file) > MAX_LINES)).toEqual([])
})

test('a core that joins a search reads no files of strategies, and little else before it begins', () => {
  const loaded = loadedBy('strategy-engine/backtest/search/search-worker.ts')
  expect(loaded).toContain('strategy-engine/backtest/account.ts')
  const isForeign = (path: string) => !/^(?:strategy-engine\/|node:)/.test(path)
  expect(loaded.filter(isForeign)).toEqual([])
  expect(loaded.filter((path) => /\/(?:parse|read-\w+)\.ts$/.test(path))).toEqual([])
})

/** Node's fetch comes with the first, the certificates of all authorities with the second, and many files with the others. */
const COSTLY = ['node:http', 'node:https', 'pino', 'mqtt']

test('no program and no command loads at its start what only some ever need', () => {
  const programs = files.filter((file) => !/^(?:bench|simulation|release)\//.test(file))
  const costly = programs.flatMap((file) =>
    [...read(file).matchAll(LOADING)]
      .filter(([, path = '']) => COSTLY.includes(path))
      .map(([, path]) => `${file} imports ${path}`),
  )
  expect(costly).toEqual([])
})

/** `keyside up` runs as long as its home does, and has what a halt and the system's keychain take of the executor. */
const KEPT_BY_UP = /^(?:node:|cli\/|runtime\/|executor\/(?:halt-request|keychain\/os)\.ts$)/

test('keyside up has no library, and of the programs no more than it relays for them', () => {
  const loaded = ['cli/command-line.ts', 'cli/up/up-home.ts'].flatMap(loadedBy)
  expect(loaded).toContain('cli/programs/supervisor.ts')
  expect(loaded).toContain('executor/halt-request.ts')
  expect(loaded.filter((path) => !KEPT_BY_UP.test(path))).toEqual([])
})

test('nothing but tests sees a testing folder', () => {
  const seen = [...imports].flatMap(([file, targets]) =>
    [...targets]
      .filter((target) => /\/testing\//.test(target))
      .map((target) => `${file}: ${target}`),
  )
  expect(seen.filter((line) => !/^(?:bench|simulation)\//.test(line))).toEqual([])
})
