// npm run newcomer -- [--runs 5] [--reading 60] [--installed | --package] [--venue binance|bybit|okx|paper]: from git clone
// to the first fill, again and again, in seconds. With --installed in this folder as it is; with --package from the package,
// installed without a network. Exit code 1 when an order was not filled.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildPackage } from '../release/build.ts'
import { type FirstMinutes, firstMinutes } from './newcomer.ts'

const root = join(import.meta.dirname, '..')
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    reading: { type: 'string', default: '60' },
    venue: { type: 'string', default: 'binance' },
    installed: { type: 'boolean', default: false },
    package: { type: 'boolean', default: false },
  },
})
const runs = Number(values.runs)
const reading = Number(values.reading) * 1_000
if (!(Number.isSafeInteger(runs) && runs >= 1 && reading >= 0)) {
  process.stderr.write(
    'usage: npm run newcomer -- [--runs 5] [--reading 60] [--installed | --package] [--venue binance]\n',
  )
  process.exit(3)
}

printRow(['run', 'clone', 'npm ci', 'address', 'card', 'fill', 'without reading', 'outcome'])
let filled = 0
for (let run = 1; run <= runs; run += 1) {
  const { clone, install, first } = await fromTheStart()
  const { address, card, fill, words } = first
  if (fill !== null) filled += 1
  const whole = fill === null ? null : clone + install + address + card + fill
  const [outcome = ''] = words.split('\n').slice(-1)
  printRow([run, ...[clone, install, address, card, fill, whole].map(seconds), outcome])
}
process.stdout.write(`${filled} of ${runs} filled after ${reading / 1_000} s of reading\n`)
process.exitCode = filled === runs ? 0 : 1

async function fromTheStart(): Promise<{ clone: number; install: number; first: FirstMinutes }> {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-newcomer-'))
  try {
    return await (values.package ? fromPackage(folder) : fromClone(folder))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** In `clone` the time to build and pack it. What is not in the package is not found: no registry, and npm's cache is empty. */
async function fromPackage(folder: string) {
  const begun = performance.now()
  await buildPackage(join(folder, 'keyside'))
  const name = execFileSync('npm', ['pack', '--silent', './keyside'], {
    cwd: folder,
    encoding: 'utf8',
  })
  const clone = performance.now() - begun
  const words = [
    '--offline',
    '--cache',
    join(folder, 'cache'),
    '--no-audit',
    '--no-fund',
    '--silent',
  ]
  const prefix = join(folder, 'prefix')
  const install = took(
    'npm',
    ['install', '-g', '--prefix', prefix, ...words, `./${name.trim()}`],
    folder,
  )
  const cwd = mkdtempSync(join(folder, 'empty-'))
  const env = {
    PATH: `${join(prefix, 'bin')}:${process.env['PATH']}`,
    HOME: folder,
    TMPDIR: folder,
  }
  const first = await firstMinutes({
    command: 'keyside',
    args: ['up', '--sandbox', '--venue', values.venue],
    cwd,
    env,
    reading,
  })
  return { clone, install, first }
}

async function fromClone(folder: string) {
  const here = values.installed
  const cwd = here ? root : join(folder, 'keyside')
  const clone = here ? 0 : took('git', ['clone', '--quiet', root, cwd], folder)
  const install = here ? 0 : took('npm', ['ci', '--silent', '--no-audit', '--no-fund'], cwd)
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], TMPDIR: folder }
  const args = ['start', '--', '--venue', values.venue]
  const first = await firstMinutes({ command: 'npm', args, cwd, env, reading })
  return { clone, install, first }
}

function took(command: string, args: readonly string[], cwd: string): number {
  const begun = performance.now()
  execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
  return performance.now() - begun
}

function seconds(ms: number | null): string {
  return ms === null ? '-' : (ms / 1_000).toFixed(1)
}

function printRow(columns: readonly (string | number)[]): void {
  process.stdout.write(`${columns.join('\t')}\n`)
}
