// Before the system tests: a home of their own, in which Node finds all of the product compiled. It is removed after them.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { shareCompiled } from './user.ts'

const WARM = `
const { enablePrivateCache } = await import('./cli/programs/compile-cache.js')
enablePrivateCache()
await import('./cli/terminal/prompt.ts')
const { COMMANDS } = await import('./cli/program.ts')
for (const { load } of Object.values(COMMANDS)) await load()
for (const name of ['broker', 'authority', 'strategy-engine', 'executor', 'bot', 'sandbox']) {
  await import('@keyside/' + name)
  if (name !== 'sandbox') await import('@keyside/' + name + '/start')
}
await import('mqtt')
await (await import('./executor/venues/adapter/load-ccxt.ts')).loadCcxt('binance')
process.exit()
`

let home = ''

export function setup(): void {
  home = mkdtempSync(join(tmpdir(), 'keyside-tests-'))
  process.env['HOME'] = home
  execFileSync(process.execPath, ['--input-type=module', '--eval', WARM], {
    cwd: join(import.meta.dirname, '..'),
  })
  shareCompiled(home)
}

export function teardown(): void {
  rmSync(home, { recursive: true, force: true })
}
