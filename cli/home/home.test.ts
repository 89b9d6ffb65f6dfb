// A home is made once: what is there is kept.
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { botConfig } from '@keyside/bot'
import { executorConfig } from '@keyside/executor'
import type { Access } from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import { loadConfig, systemClock, systemRandomBytes } from '@keyside/runtime'
import { engineConfig } from '@keyside/strategy-engine'
import { expect, onTestFinished, test, vi } from 'vitest'
import { takeBot } from '../commands/pair.ts'
import { keepTokensFresh } from '../up/fresh-tokens.ts'
import { answerTo } from '../up/read-home.ts'
import { editConfig } from './edit-config.ts'
import { makeHome } from './home.ts'
import { TOKENS } from './home-files.ts'
import { renewTokens } from './home-tokens.ts'
import { programsOf, type TraderRole } from './roles.ts'

const DEVICE_KEY = signingKey(new Uint8Array(32).fill(7)).publicKey

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

function make(
  home: string,
  role: TraderRole = 'alone',
  bot?: 'elsewhere',
  account: 'paper' | 'binance' = 'binance',
): void {
  makeHome({
    home,
    role,
    ...(bot && { bot }),
    account,
    clock: systemClock,
    randomBytes: systemRandomBytes,
    deviceKey: DEVICE_KEY,
    keychain: 'vault',
    port: 1883,
    examples: { strategies: [], policy: '' },
  })
}

/** The claims of each access token of a home, by client. */
function tokensIn(home: string): Record<string, Access> {
  return Object.fromEntries(
    Object.entries(TOKENS).flatMap(([client, file]) => {
      if (!existsSync(join(home, file))) return []
      const [, payload = ''] = readFileSync(join(home, file), 'utf8').split('.')
      return [[client, JSON.parse(Buffer.from(payload, 'base64url').toString())]]
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
    'broker/access.json',
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
        'keyside/v1/intent/home/+/result',
        'keyside/v1/response/home/bot',
        'keyside/v1/presence/home/engine',
      ],
      subscribe: ['keyside/v1/intent/home/+', 'keyside/v1/request/home/bot'],
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
      publish: ['keyside/v1/command/device', 'keyside/v1/request/home/bot'],
      subscribe: [
        'keyside/v1/report/device',
        'keyside/v1/presence/home/device',
        'keyside/v1/response/home/bot',
        'keyside/v1/signal/home/trial',
      ],
    },
  })
})

test('rules from the chat are heard by a device on paper alone, whatever is written into the configuration of another', () => {
  const [paper, real] = [newFolder(), newFolder()]
  make(paper, 'alone', undefined, 'paper')
  make(real)
  const hears = (home: string) => tokensIn(home)['device-signals']?.acl.subscribe.join() ?? ''
  expect(hears(paper)).toContain('signal/home/trial,keyside/v1/head/home/trial')
  expect(loadConfig('executor', executorConfig, paper, {}).engine?.plans).toEqual(['all', 'trial'])
  const parts = { clock: systemClock, randomBytes: systemRandomBytes }
  renewTokens({ home: paper, ...parts })
  expect(hears(paper)).toContain('head/home/trial')
  editConfig(real, (config) => config.setIn(['executor', 'engine', 'plans'], ['all', 'trial']))
  expect(() => loadConfig('executor', executorConfig, real, {})).toThrow(
    'only paper trades the plan',
  )
  expect(() => renewTokens({ home: real, ...parts })).toThrow('only paper trades the plan')
  expect(hears(real)).not.toContain('trial')
})

test('a bot and an engine know each other only where one home has both', () => {
  const [alone, follower, apart] = [newFolder(), newFolder(), newFolder()]
  make(alone)
  make(follower, 'trader')
  make(apart, 'alone', 'elsewhere')
  const engine = (home: string) => loadConfig('engine', engineConfig, home, {})
  const bot = (home: string) => loadConfig('bot', botConfig, home, {}).devices['main']
  const { bot: known } = loadConfig('executor', executorConfig, alone, {})
  expect(engine(alone).bot).toEqual(known)
  const { engine: pinned } = loadConfig('executor', executorConfig, alone, {})
  expect(bot(alone)?.engine).toEqual({ key: pinned?.key })
  expect(bot(follower)?.engine).toBeUndefined()
  expect(engine(apart).bot).toBeUndefined()
  const asking = (home: string) => JSON.stringify(tokensIn(home)).includes('/request/')
  expect([alone, follower, apart].map(asking)).toEqual([true, false, false])
  takeBot(alone, DEVICE_KEY)
  expect(engine(alone).bot).toBeUndefined()
  renewTokens({ home: alone, clock: systemClock, randomBytes: systemRandomBytes })
  expect(asking(alone)).toBe(false)
})

test('no bot asks an engine that signs for others, even one that shares its home', () => {
  const home = newFolder()
  make(home)
  editConfig(home, (config) => {
    config.setIn(['engine', 'provider'], 'acme')
    config.deleteIn(['engine', 'bot'])
  })
  renewTokens({ home, clock: systemClock, randomBytes: systemRandomBytes })
  const { bot, engine } = tokensIn(home)
  expect(engine?.acl.publish).toContain('keyside/v1/signal/acme/+')
  expect(JSON.stringify([bot, engine?.acl.publish])).not.toContain('/home/bot')
})

test('who only follows has no engine, and a policy in which nobody may trade yet', () => {
  const home = newFolder()
  make(home, 'trader')
  expect(programsOf(home)).toEqual(['broker', 'executor', 'bot'])
  expect(Object.keys(tokensIn(home))).toEqual(['device', 'bot'])
  expect(existsSync(join(home, 'engine'))).toBe(false)
  expect(existsSync(join(home, 'strategies'))).toBe(false)
})

test('the programs of a home are those that its config has a section for', () => {
  const home = newFolder()
  make(home)
  expect(programsOf(home)).toEqual(['broker', 'engine', 'executor', 'bot'])
  writeFileSync(join(home, 'config.yaml'), 'bot: {}\nsomething: 1\n')
  expect(programsOf(home)).toEqual(['bot'])
  writeFileSync(join(home, 'config.yaml'), 'bot: [\n')
  expect(() => programsOf(home)).toThrow(expect.objectContaining({ code: 'config_invalid' }))
  rmSync(join(home, 'config.yaml'))
  expect(() => programsOf(home)).toThrow(expect.objectContaining({ code: 'config_missing' }))
})

test('an access token is good for 30 days, as docs/protocol.md says', () => {
  const home = newFolder()
  make(home)
  const lives = Object.values(tokensIn(home)).map(({ iat, exp }) => (exp - iat) / 86_400)
  expect(lives).toEqual([30, 30, 30, 30])
  const page = readFileSync(join(import.meta.dirname, '../../docs/protocol.md'), 'utf8')
  expect(page).toContain('`keyside init` makes access tokens for 30 days')
})

test('renewing makes the tokens of all programs of the home anew, and nothing else', () => {
  const home = newFolder()
  make(home)
  const before = textsIn(home)
  renewTokens({ home, clock: systemClock, randomBytes: systemRandomBytes })
  const after = textsIn(home)
  const changed = Object.keys(after).filter((path) => after[path] !== before[path])
  expect(changed.map((path) => relative(home, path)).sort()).toEqual([
    'bot/bot.token',
    'engine/engine.token',
    'executor/device-signals.token',
    'executor/device.token',
  ])
})

test('a home that runs renews its tokens each day, and goes on when it cannot', async () => {
  const home = newFolder()
  make(home)
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const failures: unknown[] = []
  const parts = { home, clock: systemClock, randomBytes: systemRandomBytes }
  const renew = async () => renewTokens(parts)
  const stop = keepTokensFresh(systemClock, renew, (error) => failures.push(error))
  const life = () => (tokensIn(home)['bot']?.exp ?? 0) - Date.now() / 1_000
  vi.advanceTimersByTime(40 * 86_400_000)
  expect(life()).toBeCloseTo(30 * 86_400, 0)
  const key = join(home, 'authority/authority.key')
  renameSync(key, `${key}.away`)
  await vi.advanceTimersByTimeAsync(86_400_000)
  expect(failures).toEqual([expect.objectContaining({ code: 'file_unreadable' })])
  renameSync(`${key}.away`, key)
  vi.advanceTimersByTime(86_400_000)
  expect(life()).toBeCloseTo(30 * 86_400, 0)
  stop()
  vi.advanceTimersByTime(2 * 86_400_000)
  expect(life()).toBeCloseTo(28 * 86_400, 0)
})

test.each([
  ['slept for longer than its tokens live', 40],
  ['began before its clock was set, as one without a battery for it', 365],
  ['has a clock that was set back', -40],
])('a home that %s renews them within a minute', (_, days) => {
  const home = newFolder()
  make(home)
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const parts = { home, clock: systemClock, randomBytes: systemRandomBytes }
  const stop = keepTokensFresh(
    systemClock,
    async () => renewTokens(parts),
    () => undefined,
  )
  onTestFinished(stop)
  vi.advanceTimersByTime(3_600_000)
  vi.setSystemTime(Date.now() + days * 86_400_000)
  vi.advanceTimersByTime(60_000)
  const { exp = 0 } = tokensIn(home)['bot'] ?? {}
  expect(exp - Date.now() / 1_000).toBeCloseTo(30 * 86_400, 0)
})

test('where another home is the authority, there is nothing to renew', () => {
  const home = newFolder()
  make(home)
  rmSync(join(home, 'authority'), { recursive: true })
  const before = textsIn(home)
  const parts = { home, clock: systemClock, randomBytes: systemRandomBytes }
  vi.stubEnv('KEYSIDE_HOME', home)
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(answerTo('facts')).toMatchObject({ answer: { tokens: 'given' } })
  expect(textsIn(home)).toEqual(before)
  expect(() => renewTokens(parts)).toThrow(expect.objectContaining({ code: 'file_unreadable' }))
})

test('a device whose bot is elsewhere has no file of one, and obeys nobody yet', () => {
  const home = newFolder()
  make(home, 'trader', 'elsewhere')
  expect(existsSync(join(home, 'bot'))).toBe(false)
  expect(programsOf(home)).toEqual(['broker', 'executor'])
  const { bot } = loadConfig('executor', executorConfig, home, {})
  expect(Object.values(textsIn(home)).some((text) => text.includes(bot.key))).toBe(true)
})
