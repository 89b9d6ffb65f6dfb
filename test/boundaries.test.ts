// Who may import whom: the linter's rules work, and the engine and the broker cannot reach a key.
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { doorsOf, packages, read, resolveImport, root } from './source.ts'

const UNDECLARED = 'lint/correctness/noUndeclaredDependencies'
const RESTRICTED = 'lint/style/noRestrictedImports'

const FORBIDDEN: readonly (readonly [file: string, imported: string, rule: string])[] = [
  ['broker/x.ts', '@keyside/executor', UNDECLARED],
  ['broker/x.ts', 'keytar', UNDECLARED],
  ['broker/x.ts', '@keyside/authority', UNDECLARED],
  ['authority/x.ts', '@keyside/strategy-engine', UNDECLARED],
  ['authority/x.ts', 'keytar', UNDECLARED],
  ['broker/x.ts', 'ccxt', UNDECLARED],
  ['strategy-engine/x.ts', '@keyside/executor', UNDECLARED],
  ['strategy-engine/x.ts', 'keytar', UNDECLARED],
  ['bot/x.ts', '@keyside/executor', UNDECLARED],
  ['bot/x.ts', 'ccxt', UNDECLARED],
  ['executor/x.ts', '@keyside/bot', UNDECLARED],
  ['protocol/x.ts', '@keyside/runtime', UNDECLARED],
  ['protocol/x.ts', 'node:crypto', RESTRICTED],
  ['executor/journal/x.ts', '../keychain/port.ts', RESTRICTED],
  ['executor/providers/x.ts', '../keychain/os.ts', RESTRICTED],
  ['executor/policy/x.ts', '../keychain/port.ts', RESTRICTED],
  ['executor/core/risk/x.ts', '../../journal/journal.ts', RESTRICTED],
  ['executor/core/model/x.ts', '@keyside/runtime', RESTRICTED],
  ['executor/core/execution/x.ts', 'node:crypto', RESTRICTED],
  ['strategy-engine/strategies/x.ts', 'node:fs', RESTRICTED],
  ['venue/x.ts', 'node:crypto', RESTRICTED],
  ['simulation/ledger.ts', '../venue/index.ts', RESTRICTED],
  ['simulation/ground-truth.ts', './venue.ts', RESTRICTED],
  ['venue/x.ts', '@keyside/runtime', RESTRICTED],
]

const ALLOWED: readonly (readonly [file: string, imported: string])[] = [
  ['broker/x.ts', '@keyside/protocol'],
  ['executor/venues/x.ts', '../keychain/port.ts'],
  ['executor/journal/x.ts', 'node:sqlite'],
  ['executor/core/risk/x.ts', '../model/state.ts'],
  ['protocol/node.ts', 'node:crypto'],
  ['cli/x.ts', '@keyside/executor'],
  ['sandbox/x.ts', '@keyside/venue'],
]

/** One run for all: each file has its imports, one a line. */
let found: readonly Diagnostic[]
interface Diagnostic {
  readonly category: string
  readonly location: { readonly path: string; readonly start: { readonly line: number } }
}

const importsOf = Map.groupBy([...FORBIDDEN, ...ALLOWED], ([file]) => file)

beforeAll(() => {
  const tree = mkdtempSync(join(tmpdir(), 'keyside-boundaries-'))
  for (const file of ['biome.json', 'package.json'])
    copyFileSync(join(root, file), join(tree, file))
  for (const folder of packages) {
    mkdirSync(join(tree, folder))
    cpSync(join(root, folder, 'package.json'), join(tree, folder, 'package.json'))
  }
  for (const [file, imports] of importsOf) {
    const path = join(tree, file)
    mkdirSync(dirname(path), { recursive: true })
    const lines = imports.map(([, imported], at) => `import { x as x${at} } from '${imported}'`)
    const uses = imports.map((_, at) => `x${at}()`)
    writeFileSync(path, `${[...lines, '', ...uses].join('\n')}\n`)
  }
  const options = ['--vcs-enabled=false', '--reporter=json', '--max-diagnostics=none']
  const { stdout } = spawnSync('biome', ['lint', ...options, ...importsOf.keys()], {
    cwd: tree,
    encoding: 'utf8',
    env: { PATH: `${join(root, 'node_modules/.bin')}:${dirname(process.execPath)}:/usr/bin:/bin` },
  })
  rmSync(tree, { recursive: true })
  const read = JSON.parse(stdout) as { summary: { unchanged: number }; diagnostics: Diagnostic[] }
  expect(read.summary.unchanged, 'files that were read').toBe(importsOf.size)
  found = read.diagnostics
})

/** The rules that this import in this file breaks. */
function broken(file: string, imported: string): string[] {
  const line = 1 + (importsOf.get(file) ?? []).findIndex(([, name]) => name === imported)
  const here = found.filter(({ location }) => location.path === file)
  return here.filter(({ location }) => location.start.line === line).map((one) => one.category)
}

test.each(FORBIDDEN)('%s may not import %s', (file, imported, rule) => {
  expect(broken(file, imported)).toContain(rule)
})

test.each(ALLOWED)('%s may import %s', (file, imported) => {
  expect(broken(file, imported)).toEqual([])
})

/** What a file imports, and what it starts as a process of its own. */
const IMPORT = /(?:from|import|new URL|programFile)\s*\(?\s*'([^']+)'(?!, import\.meta\.resolve)/g

/** Every file and package that is reachable from a folder's doors, or from one of its files. */
function reachable(folder: string, ...from: string[]): Set<string> {
  const seen = new Set<string>()
  const visit = (file: string) => {
    if (seen.has(file)) return
    seen.add(file)
    for (const [, name = ''] of read(file).matchAll(IMPORT)) {
      const target = resolveImport(file, name)
      if (target === null) seen.add(name)
      else visit(target)
    }
  }
  for (const file of from.length > 0 ? from : doorsOf(folder)) visit(`${folder}/${file}`)
  return seen
}

test.each(['broker', 'authority', 'strategy-engine', 'bot'])(
  '%s reaches no keychain, and no other program',
  (folder) => {
    const files = [...reachable(folder)]
    expect(files.length).toBeGreaterThan(20)
    const others = ['executor', 'bot', 'broker', 'strategy-engine', 'authority'].filter(
      (name) => name !== folder,
    )
    expect(files.filter((file) => others.some((name) => file.startsWith(`${name}/`)))).toEqual([])
    expect(files.filter((file) => /keychain|keytar/.test(file))).toEqual([])
  },
)

test('the authority as a program has no code for the root, and its tools have', () => {
  const root = (file: string) => /keyset\/root\.ts$|runtime\/vault/.test(file)
  expect([...reachable('authority', 'start.ts')].filter(root)).toEqual([])
  expect([...reachable('authority')].filter(root)).not.toEqual([])
})

test('the executor does reach the keychain, so the walk above would see one', () => {
  const files = [...reachable('executor')]
  expect(files).toContain('keytar')
})

test('engine, broker and authority have no word for an exchange credential', () => {
  for (const folder of ['strategy-engine', 'broker', 'authority'])
    for (const file of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      const path = join(root, folder, file)
      if (!file.endsWith('.ts') || file.endsWith('.test.ts') || !existsSync(path)) continue
      expect(readFileSync(path, 'utf8'), path).not.toMatch(/\bapiKey\b|\bsecret:/)
    }
})
