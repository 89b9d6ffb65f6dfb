// npm run foreign -- [--venue binance|bybit|okx]: clients that others wrote, installed into a temporary folder from the
// registry of npm without their scripts, trade on the sandbox of their exchange. Exit code 1 when one of them cannot.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bybitDialect, CALM, Market, okxDialect, startExchange } from '@keyside/sandbox'
import { FOREIGN_CLIENTS, type ForeignClient, type Library } from './foreign-clients.ts'

const { values } = parseArgs({ options: { venue: { type: 'string' } } })
const clients = FOREIGN_CLIENTS.filter(
  ({ venue }) => values.venue === undefined || venue === values.venue,
)
if (clients.length === 0) {
  process.stderr.write('usage: npm run foreign -- [--venue binance|bybit|okx]\n')
  process.exit(3)
}

const LAG_MS = 200
const DIALECTS = {
  binance: undefined,
  bybit: bybitDialect({ lagMs: LAG_MS, closedMs: 500 }),
  okx: okxDialect({ lagMs: LAG_MS }),
}
const keys = { apiKey: 'ForeignApiKey', secret: 'ForeignSecret', passphrase: 'ForeignPassphrase' }

const folder = mkdtempSync(join(tmpdir(), 'keyside-foreign-'))
let failed = 0
try {
  writeFileSync(join(folder, 'package.json'), '{"private":true}')
  const wanted = clients.map(({ name, version }) => `${name}@${version}`)
  execFileSync(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent', ...wanted],
    {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  for (const client of clients) failed += await trade(client)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = failed === 0 ? 0 : 1

async function trade({ name, version, venue, checks }: ForeignClient): Promise<number> {
  const { apiKey, secret, passphrase } = keys
  const dialect = DIALECTS[venue]
  const exchange = await startExchange({
    market: new Market({ seed: 1, wave: CALM }),
    ...(dialect && { dialect }),
    accounts: [
      {
        name: 'foreign',
        apiKey,
        passphrase,
        credential: { secret },
        balances: { BTC: '0', USDT: '10000' },
      },
    ],
  })
  process.stdout.write(`${venue}: ${name} ${version}\n`)
  const library: Library = createRequire(join(folder, 'package.json'))(name)
  let failures = 0
  for (const { name: what, run } of checks(library, { address: exchange.address, ...keys })) {
    const error = await run().then(
      () => null,
      (reason: unknown) => reason,
    )
    if (error !== null) failures += 1
    process.stdout.write(`  ${error === null ? 'ok    ' : 'FAILED'} ${what}\n`)
    if (error !== null) process.stdout.write(`         ${wordsOf(error)}\n`)
  }
  await exchange.stop()
  return failures
}

/** These libraries reject with what the exchange said. */
function wordsOf(error: unknown): string {
  const text = error instanceof Error ? error.message : JSON.stringify(error)
  return text.replaceAll(/\s+/g, ' ').slice(0, 300)
}
