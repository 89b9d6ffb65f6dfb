// The home of each venue's sandbox: orders where the account is, candles where the engine's streams are spoken.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exchangeAccounts, vaultFile } from '@keyside/executor'
import { systemClock, systemRandomBytes } from '@keyside/runtime'
import { openVault } from '@keyside/runtime/vault'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { newSandboxSecrets, startSandbox } from './sandbox.ts'
import { makeSandboxHome } from './sandbox-home.ts'
import { SANDBOX_ACCOUNTS } from './venue-option.ts'

const parts = { clock: systemClock, randomBytes: systemRandomBytes }

test.each(SANDBOX_ACCOUNTS)('%s has its account, its keys and its candles', async (venue) => {
  const sandbox = await startSandbox({
    ...parts,
    secrets: newSandboxSecrets(systemRandomBytes),
    venue,
  })
  const home = mkdtempSync(join(tmpdir(), 'keyside-sandbox-home-'))
  onTestFinished(async () => {
    await sandbox.stop()
    rmSync(home, { recursive: true })
  })
  const { passphrase } = await makeSandboxHome({ home, sandbox, ...parts })
  const { engine, executor } = parse(readFileSync(join(home, 'config.yaml'), 'utf8'))
  const address = sandbox.exchange.address
  expect(executor.exchange).toMatchObject(
    venue === 'paper' ? { name: 'paper', of: 'binance', address } : { name: venue, address },
  )
  expect(engine.exchange).toEqual({ name: 'binance', address: sandbox.candles.address })
  expect(sandbox.candles === sandbox.exchange).toBe(venue === 'binance' || venue === 'paper')
  const keychain = await openVault({
    file: vaultFile(home),
    passphrase,
    randomBytes: systemRandomBytes,
  })
  // Paper has no key, and none is kept.
  expect(await exchangeAccounts(keychain)).toEqual(venue === 'paper' ? [] : ['main'])
})
