// What the process says that `keyside up` asks about its home.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { askHomeReader } from './ask-home-reader.ts'

function inHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'keyside-facts-'))
  vi.stubEnv('KEYSIDE_HOME', home)
  onTestFinished(() => {
    vi.unstubAllEnvs()
    rmSync(home, { recursive: true })
  })
  return home
}

test('a home that cannot be read is refused with its code', async () => {
  inHome()
  await expect(askHomeReader('facts')).rejects.toMatchObject({ code: 'config_missing' })
})

test('a program is started as its home is then', async () => {
  const home = inHome()
  const wordsWith = async (config: string) => {
    writeFileSync(join(home, 'config.yaml'), config)
    return (await askHomeReader('broker')).words.join(' ')
  }
  expect(await wordsWith('broker: {}')).not.toContain('broker.sock')
  expect(await wordsWith('broker: { socket: run/broker.sock }')).toContain('broker.sock')
})

test('a reader of the home that breaks is told in one line', async () => {
  inHome()
  vi.stubEnv('NODE_OPTIONS', '--import=./nowhere.mjs')
  await expect(askHomeReader('facts')).rejects.toThrow(
    /^what it needs was not found out: Error\b[^\n]*nowhere\.mjs[^\n]*$/,
  )
})
