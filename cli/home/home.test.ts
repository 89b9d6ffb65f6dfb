// A home is made once: what is there is kept.
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Access } from '@keyside/protocol'
import { systemClock, systemRandomBytes } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { makeHome, renewTokens, secretFile } from './home.ts'

function textsIn(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  const paths = files
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name))
  return Object.fromEntries(paths.map((path) => [path, readFileSync(path, 'utf8')]))
}

function newFolder(): string {
  const home = mkdtempSync(join(tmpdir(), 'keyside-home-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  return home
}

function make(home: string): void {
  makeHome({
    home,
    clock: systemClock,
    randomBytes: systemRandomBytes,
    deviceKey: 'A'.repeat(43),
    keychain: 'vault',
    port: 1883,
    wsPort: null,
    examples: { strategies: [], policy: '' },
  })
}

/** The claims of each access token of a home, by client. */
function tokensIn(home: string): Record<string, Access> {
  const folder = join(home, 'secrets')
  const files = readdirSync(folder).filter((file) => file.endsWith('.token'))
  return Object.fromEntries(
    files.map((file) => {
      const [, payload = ''] = readFileSync(join(folder, file), 'utf8').split('.')
      return [file.replace('.token', ''), JSON.parse(Buffer.from(payload, 'base64url').toString())]
    }),
  )
}

test('a home that is set up keeps its keys, whoever tries to make it again', () => {
  const home = newFolder()
  make(home)
  const before = textsIn(home)
  expect(Object.keys(before).length).toBeGreaterThan(5)
  expect(() => make(home)).toThrow(expect.objectContaining({ code: 'home_exists' }))
  expect(textsIn(home)).toEqual(before)
})

test('each program gets the rights that it needs and no other', () => {
  const home = newFolder()
  make(home)
  const rights = Object.entries(tokensIn(home)).map(([client, { sub, acl }]) => {
    expect(sub).toBe(client)
    return [client, acl]
  })
  expect(Object.fromEntries(rights)).toEqual({
    engine: {
      publish: [
        'keyside/v1/signal/home/+',
        'keyside/v1/head/home/+',
        'keyside/v1/presence/home/engine',
      ],
      subscribe: [],
    },
    'device-signals': {
      publish: [],
      subscribe: [
        'keyside/v1/signal/home/all',
        'keyside/v1/head/home/all',
        'keyside/v1/presence/home/engine',
      ],
    },
    device: {
      publish: ['keyside/v1/report/device', 'keyside/v1/presence/home/device'],
      subscribe: ['keyside/v1/command/device'],
    },
    bot: {
      publish: ['keyside/v1/command/device'],
      subscribe: ['keyside/v1/report/device', 'keyside/v1/presence/home/device'],
    },
  })
})

test('an access token is good for a year, as docs/protocol.md says, and not for longer', () => {
  const home = newFolder()
  make(home)
  const lives = Object.values(tokensIn(home)).map(({ iat, exp }) => (exp - iat) / 86_400)
  expect(lives).toEqual([365, 365, 365, 365])
  const page = readFileSync(join(import.meta.dirname, '../../docs/protocol.md'), 'utf8')
  expect(page).toContain('`keyside init` makes access tokens for 365 days')
})

test("renewing makes the home's own tokens anew, and keeps one that a provider made", () => {
  const [home, provider] = [newFolder(), newFolder()]
  for (const each of [home, provider]) make(each)
  const file = secretFile('device-signals.token')
  copyFileSync(join(provider, file), join(home, file))
  const before = textsIn(home)
  expect(renewTokens({ home, clock: systemClock, randomBytes: systemRandomBytes })).toEqual([file])
  const after = textsIn(home)
  const changed = Object.keys(after).filter((path) => after[path] !== before[path])
  expect(changed.map((path) => path.split('/').at(-1)).sort()).toEqual([
    'bot.token',
    'device.token',
    'engine.token',
  ])
})
