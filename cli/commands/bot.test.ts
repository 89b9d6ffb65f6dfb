// keyside bot release: whose bot it is, and that this is asked first.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { signingKey } from '@keyside/protocol/node'
import { systemClock, systemRandomBytes } from '@keyside/runtime'
import { Command } from 'commander'
import { expect, onTestFinished, test, vi } from 'vitest'
import { makeHome } from '../home/home.ts'
import { addBot } from './bot.ts'

const release = () => {
  const program = new Command()
  addBot(program)
  return program.parseAsync(['bot', 'release', '--yes'], { from: 'user' })
}

test('takes the bot of this home from its owner, once', async () => {
  const home = mkdtempSync(join(tmpdir(), 'keyside-release-'))
  onTestFinished(() => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
    rmSync(home, { recursive: true })
  })
  makeHome({
    home,
    role: 'alone',
    clock: systemClock,
    randomBytes: systemRandomBytes,
    deviceKey: signingKey(systemRandomBytes(32)).publicKey,
    keychain: 'vault',
    port: 1883,
    examples: { strategies: [], policy: '' },
  })
  vi.stubEnv('KEYSIDE_HOME', home)
  const printed: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0)
  await release()
  const store = new DatabaseSync(join(home, 'bot/bot.db'))
  onTestFinished(() => store.close())
  store.exec('INSERT INTO owner VALUES (1, 7, 7, 0)')
  await release()
  expect(store.prepare('SELECT * FROM owner').all()).toEqual([])
  expect(printed.map((text) => text.trim())).toEqual([
    'Nobody owns this bot.',
    'Nobody owns this bot now. It shows a new claim code where it runs.',
  ])
})
