// docker-compose.yml: every service is hardened, and as docs/compose.md says they trade together.

import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, systemRandomBytes } from '@keyside/runtime'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { messageOf } from '../cli/programs/messages.ts'
import {
  type Container,
  createContainer,
  type Host,
  readComposeFile,
  readDockerfile,
  root,
  stopProcess,
  strayFiles,
} from './compose-service.ts'
import { keyside, MAIN } from './keyside.ts'

const file = readComposeFile()
const services = Object.entries(file.services)

test.each(services)('%s has no rights beyond its work', (_name, service) => {
  expect(service.user).toMatch(/^\$\{KEYSIDE_UID:-[1-9]\d*\}:\$\{KEYSIDE_GID:-[1-9]\d*\}$/)
  expect(service.read_only).toBe(true)
  expect(service.cap_drop).toEqual(['ALL'])
  expect(service.security_opt).toEqual(['no-new-privileges:true'])
  expect(service).not.toHaveProperty('privileged')
  expect(service).not.toHaveProperty('cap_add')
  expect(service).not.toHaveProperty('network_mode')
  expect(readDockerfile(service).user).toMatch(/^[1-9]/)
})

test.each(services)(
  '%s cannot take the machine with it: memory, processes, logs, core dumps',
  (_name, service) => {
    expect(service.init).toBe(true)
    expect(service.ulimits).toEqual({ core: 0 })
    expect(service.mem_limit).toMatch(/^\d+m$/)
    expect(service.pids_limit).toBeGreaterThan(50)
    expect(service.logging.options).toEqual({ 'max-size': '10m', 'max-file': '3' })
  },
)

test.each(services)(
  '%s is looked at without a Node of its own, and waits for those that it needs to be healthy',
  (name, service) => {
    const [kind, line = ''] = service.healthcheck.test
    expect(kind).toBe('CMD-SHELL')
    expect(line).not.toMatch(/\bnode\b/)
    const conditions = Object.values(service.depends_on ?? {}).map(({ condition }) => condition)
    expect(new Set(conditions)).toEqual(
      new Set(/broker$|^sandbox$/.test(name) ? [] : ['service_healthy']),
    )
    for (const needed of Object.keys(service.depends_on ?? {}))
      expect(file.services).toHaveProperty(needed)
  },
)

test('the one port that others reach is that of a provider, over TLS', () => {
  const open = services.flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port]))
  expect(open).toEqual([
    ['provider-broker', expect.stringMatching(/^\S+:8883$/)],
    ['sandbox', '127.0.0.1:8091:8091'],
  ])
  const inClear = Object.keys(file.services['provider-broker']?.environment ?? {})
  expect(inClear).not.toContain('KEYSIDE_BROKER__PLAINTEXT')
})

test('each machine has its programs, and a profile starts no service that needs one of another', () => {
  const of = (profile: string) =>
    services.flatMap(([name, { profiles = [] }]) => (profiles.includes(profile) ? [name] : []))
  expect(of('alone')).toEqual(['broker', 'strategy-engine', 'executor', 'bot'])
  expect(of('trader')).toEqual(['broker', 'trader-executor', 'bot'])
  expect(of('provider')).toEqual(['provider-broker', 'authority', 'provider-engine'])
  expect(of('sandbox')).toEqual(['sandbox'])
  for (const [name, { profiles = [], depends_on = {} }] of services)
    for (const [needed, how] of Object.entries(depends_on))
      if (!('required' in how))
        for (const profile of profiles)
          expect(of(profile), `${name} in ${profile}`).toContain(needed)
})

test('the image is the built package on a bare Node: its last stage takes nothing else', () => {
  const [, last = ''] =
    /^FROM .*(?<!AS build)\n((?:(?!FROM)[^\n]*\n)*)$/m.exec(
      readFileSync(join(root, 'Dockerfile'), 'utf8'),
    ) ?? []
  expect(last.match(/^(?:COPY|ADD|RUN) .*/gm)).toEqual([
    'COPY --from=build /build/dist/keyside /app',
  ])
})

const ENGINE = ['config.yaml', 'engine', 'strategies']
const EXECUTOR = ['config.yaml', 'executor', 'policy.yaml', 'run']
const OWN: Readonly<Record<string, string[]>> = {
  broker: ['broker', 'config.yaml'],
  'provider-broker': ['broker', 'config.yaml'],
  'strategy-engine': ENGINE,
  'provider-engine': ENGINE,
  authority: ['authority', 'broker', 'config.yaml', 'engine'],
  executor: EXECUTOR,
  'trader-executor': EXECUTOR,
  bot: ['bot', 'config.yaml'],
  sandbox: ['executor/sandbox.secret', 'sandbox/sandbox.json'],
}

test('every service sees its own folder and files, and no other; the authority those in which it writes who may listen', () => {
  const seen = services.map(([name, { volumes = [] }]) => [
    name,
    volumes.map((line) => line.split(':')[1]?.replace('/keyside/', '')).sort(),
  ])
  expect(Object.fromEntries(seen)).toEqual(OWN)
})

test("every mount is read-only, but a program's own folder, the one through which it is halted, and what the authority writes", () => {
  const writable = services.map(([name, { volumes = [] }]) => [
    name,
    volumes.filter((line) => !line.endsWith(':ro')).map((line) => line.split(':/keyside/')[1]),
  ])
  expect(Object.fromEntries(writable)).toEqual({
    broker: [],
    'provider-broker': [],
    'strategy-engine': ['engine'],
    'provider-engine': ['engine'],
    authority: ['authority', 'broker', 'engine'],
    executor: ['executor', 'run'],
    'trader-executor': ['executor', 'run'],
    bot: ['bot'],
    sandbox: [],
  })
})

test('no secret and no name of a secret file stands in an environment or a command', () => {
  const values = services.flatMap(([, { environment = {}, command }]) => [
    ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    ...command,
  ])
  const words = values.map((text) => text.replaceAll('KEYSIDE_', ''))
  expect(words.filter((text) => /key|token|secret|passphrase/i.test(text))).toEqual([])
  expect(words.length).toBeGreaterThan(10)
})

test('the home folder with its secrets stays out of the image', () => {
  expect(readFileSync(join(root, '.dockerignore'), 'utf8').split('\n')).toContain('home')
})

let folder: string
let host: Host
let exchange: string
let telegram: string
const running = new Map<string, ChildProcess>()
const logs: string[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyside-compose-'))
  const [broker, exchangePort, telegramPort] = await Promise.all(
    Array.from({ length: 3 }, freePort),
  )
  exchange = `http://127.0.0.1:${exchangePort}`
  telegram = `http://127.0.0.1:${telegramPort}`
  host = {
    folder,
    home: join(folder, 'home'),
    addresses: [
      ['mqtt://broker:1883', `mqtt://127.0.0.1:${broker}`],
      ['http://sandbox:8090', exchange],
      ['http://sandbox:8091', telegram],
      ['1883', String(broker)],
      ['8090', String(exchangePort)],
      ['8091', String(telegramPort)],
    ],
  }
})

afterAll(async () => {
  await Promise.all([...running.values()].map(stopProcess))
  rmSync(folder, { recursive: true })
})

/** The lines of docs/compose.md that this test follows; it holds them verbatim. */
const DOCUMENT = readFileSync(join(root, 'docs/compose.md'), 'utf8')
function follow(line: string): string {
  expect(DOCUMENT).toContain(line)
  return line
}

/** A line `NAME=value npx keyside …` of the document, on the machine itself. */
async function onTheMachine(line: string, answers: readonly string[] = []): Promise<void> {
  const words = follow(line)
    .replaceAll('\\\n', '')
    .replaceAll('$PWD/home', host.home)
    .replaceAll('home/', `${host.home}/`)
    .split(/\s+/)
  const start = words.indexOf('npx')
  const env = words.slice(0, start).map((word) => word.split('='))
  const said = await keyside(words.slice(start + 2), {
    env: {
      PATH: process.env['PATH'],
      KEYSIDE_HOME: host.home,
      ...Object.fromEntries(
        env.map(([name, value]) => [name, value?.replace(/http:.*8090/, exchange)]),
      ),
    },
    answers,
  })
  expect(said).toMatchObject({ code: 0 })
}

/** Makes the sandbox's keys, and the home for them. */
async function setUp(): Promise<void> {
  follow('mkdir -p -m 700 home home/executor home/run')
  for (const name of ['executor', 'run'])
    mkdirSync(join(host.home, name), { recursive: true, mode: 0o700 })
  follow('(umask 077 && openssl rand -base64 24 > home/executor/vault.passphrase)')
  const passphrase = Buffer.from(systemRandomBytes(24)).toString('base64')
  writeFileSync(join(host.home, 'executor/vault.passphrase'), `${passphrase}\n`, { mode: 0o600 })
  follow('KEYSIDE_HOME=$PWD/home npx keyside sandbox')
  const outside = spawn(process.execPath, [MAIN, 'sandbox', ...ports()], {
    env: { KEYSIDE_HOME: host.home },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  running.set('sandbox on the machine', outside)
  await ready(outside)
  const { apiKey, secret, botToken } = JSON.parse(
    readFileSync(join(host.home, 'sandbox/sandbox.json'), 'utf8'),
  )
  await onTheMachine(INIT, [botToken])
  await onTheMachine(KEYS_ADD, [apiKey, secret])
  await stopProcess(outside)
  follow('cp examples/strategies/demo.yaml home/strategies/')
  cpSync(join(root, 'examples/strategies/demo.yaml'), join(host.home, 'strategies/demo.yaml'))
  const policy = join(host.home, 'policy.yaml')
  const allocation = follow('home/demo: { allocation: 1000 }')
  const text = readFileSync(policy, 'utf8').replace('streams:\n', `streams:\n  ${allocation}\n`)
  writeFileSync(policy, text)
}

const INIT = `npx keyside init --role alone --keychain vault --passphrase-file home/executor/vault.passphrase \\
  --exchange binance --exchange-address http://sandbox:8090 --telegram-address http://sandbox:8091`
const KEYS_ADD = 'KEYSIDE_EXECUTOR__EXCHANGE__ADDRESS=http://127.0.0.1:8090 npx keyside keys add'

function ports(): string[] {
  const [exchangePort = '', telegramPort = ''] = [exchange, telegram].map(
    (url) => new URL(url).port,
  )
  return ['--exchange-port', exchangePort, '--telegram-port', telegramPort]
}

function create(name: string): Container {
  return createContainer(name, file, host)
}

async function up(name: string, container: Container): Promise<void> {
  const child = container.start()
  running.set(name, child)
  await ready(child)
}

/** Resolves with the claim code of a bot that has no owner, else when the program is at work. */
function ready(child: ChildProcess, type: 'ready' | 'claim' = 'ready'): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => logs.push(line))
  child.on('message', (raw) => {
    const told = messageOf(raw)
    if (told?.type === 'failed') reject(new Error(`${told.message} (${told.code})`))
    if (told?.type === type) resolve(told.type === 'claim' ? told.code : '')
  })
  return promise
}

/** The sandbox is steered over HTTP, as by a program of another language. */
async function steer(url: string, body: object): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.status, await response.text()).toBe(200)
}

interface ChatMessage {
  readonly message_id: number
  readonly text?: string
  readonly caption?: string
  readonly from: { readonly is_bot: boolean }
  readonly reply_markup?: {
    readonly inline_keyboard: readonly (readonly { text: string; callback_data: string }[])[]
  }
}

/** What the chat page shows when it is opened. */
async function chat(): Promise<readonly ChatMessage[]> {
  const { body } = await fetch(`${telegram}/sandbox/chat/me/events`)
  let text = ''
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk).toString()
    if (text.includes('\n\n')) break
  }
  return JSON.parse(text.slice('data: '.length, text.indexOf('\n\n'))).messages
}

async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 25_000
  while (Date.now() < deadline) {
    const found = await look()
    if (found !== undefined) return found
    await sleep(100)
  }
  throw new Error(`never came: ${what}; the programs say:\n${logs.slice(-20).join('\n')}`)
}

/** `docker compose run --rm bot`: a terminal shows the code, and Ctrl-C ends it. */
async function claimBot(bot: Container): Promise<void> {
  follow('docker compose run --rm bot\n')
  const child = bot.start()
  running.set('bot, to be claimed', child)
  const code = await ready(child, 'claim')
  await steer(`${telegram}/sandbox/chat/me/text`, { text: `/start ${code}` })
  await eventually('a greeting', async () => (await chat()).find(({ from }) => from.is_bot))
  await stopProcess(child)
}

function buttonOf({ reply_markup }: ChatMessage) {
  return reply_markup?.inline_keyboard.flat().find(({ text }) => text.includes('Approve'))
}

/** A trader who presses each card once: the demo buys within seconds. */
async function buy(): Promise<void> {
  const pressed = new Set<number>()
  await eventually('a filled order', async () => {
    for (const card of (await chat()).filter(buttonOf)) await press(card, pressed)
    return filled()
  })
}

async function press(card: ChatMessage, pressed: Set<number>): Promise<void> {
  const { message_id } = card
  if (pressed.has(message_id)) return
  pressed.add(message_id)
  const data = buttonOf(card)?.callback_data
  await steer(`${telegram}/sandbox/chat/me/press`, { message_id, data })
}

async function filled(): Promise<object | undefined> {
  const response = await fetch(`${exchange}/sandbox/orders`)
  const orders = (await response.json()) as { side: string; executed: string }[]
  return orders.find(({ side, executed }) => side === 'buy' && Number(executed) > 0)
}

test('set up as the document says, the services trade, show their health, and write only into their folders', {
  timeout: 120_000,
}, async () => {
  await setUp()
  const here = services.filter(([, { profiles = [] }]) =>
    ['alone', 'sandbox'].some((profile) => profiles.includes(profile)),
  )
  const containers = new Map(here.map(([name]) => [name, create(name)]))
  const container = (name: string) => containers.get(name) ?? expect.fail(name)
  await up('sandbox', container('sandbox'))
  await up('broker', container('broker'))
  follow('docker compose run --rm --no-deps executor policy accept')
  const accepted = container('executor').run(['policy', 'accept', '--yes'])
  expect(accepted, accepted.output).toMatchObject({ status: 0 })
  await claimBot(container('bot'))
  follow('docker compose up')
  await Promise.all(['executor', 'bot'].map((name) => up(name, container(name))))
  // Last: its first entry comes within seconds, and goes to those who listen by then.
  await up('strategy-engine', container('strategy-engine'))
  for (const [name, { health }] of containers) expect(health(), name).toBe(0)
  await buy()
  await eventually('a fill that is told', async () =>
    (await chat()).find(({ caption, text }) => /bought/i.test(caption ?? text ?? '')),
  )
  await onTheMachine('KEYSIDE_HOME=$PWD/home npx keyside journal verify')
  await onTheMachine('KEYSIDE_HOME=$PWD/home npx keyside halt')
  await onTheMachine('KEYSIDE_HOME=$PWD/home npx keyside unhalt', ['y'])
  follow('docker compose run --rm --no-deps executor halt')
  const halted = container('executor').run(['halt'])
  expect(halted, halted.output).toMatchObject({ status: 0 })
  expect(halted.output).toMatch(/^Halted: /)
  await Promise.all([...running.values()].map(stopProcess))
  for (const [name, { health }] of containers) expect(health(), name).toBe(1)
  for (const [name, one] of containers) expect(strayFiles(one), name).toEqual([])
})
