// A home is made once: what is there is kept.
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { Access } from '@keyside/protocol'
import { systemClock, systemRandomBytes } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { makeHome, renewTokens } from './home.ts'
import { TOKENS } from './home-files.ts'

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
  return Object.fromEntries(
    Object.entries(TOKENS).map(([client, file]) => {
      const [, payload = ''] = readFileSync(join(home, file), 'utf8').split('.')
      return [client, JSON.parse(Buffer.from(payload, 'base64url').toString())]
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

test('each program has a folder of its own, and everything that only one needs is in it', () => {
  const home = newFolder()
  make(home)
  const files = Object.keys(textsIn(home)).map((path) => relative(home, path))
  expect(files.sort()).toEqual([
    'authority/authority.key',
    'bot/bot.key',
    'bot/bot.token',
    'config.yaml',
    'engine/engine.key',
    'engine/engine.token',
    'executor/device-signals.token',
    'executor/device.token',
    'executor/sandbox.secret',
    'policy.yaml',
  ])
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
  const file = TOKENS['device-signals']
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
