// A newcomer's first day, with everything that left the device written down: no secret is in it, whatever went wrong.
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { vaultFile } from '@keyside/executor'
import { decodeBase64url, HOME, signalTopic } from '@keyside/protocol'
import { freePort, systemClock, systemRandomBytes, writeProofSecret } from '@keyside/runtime'
import { openVault } from '@keyside/runtime/vault'
import { CALM, type SandboxExchange } from '@keyside/sandbox'
import { expect, onTestFinished, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { FILES } from '../cli/home/home-files.ts'
import { type Child, startChild, stopChildren } from '../cli/programs/children.ts'
import type { Program } from '../cli/programs/program-names.ts'
import { childCommand } from '../cli/programs/walled-command.ts'
import { newSandboxSecrets, type Sandbox, startSandbox } from '../cli/sandbox/sandbox.ts'
import { SANDBOX_POLICY } from '../cli/sandbox/sandbox-home.ts'
import { type Canary, type Haystack, leaks } from './canaries.ts'
import { hasKeyring, keychainEntries, openKeyring } from './keyring.ts'
import { type CommandResult, keyside } from './keyside.ts'
import { makeVaultQuick } from './quick-vault.ts'
import { type HttpRecorder, recordHttp, recordTcp } from './recorder.ts'
import { PLAN, scriptedEngine } from './scripted-engine.ts'
import { until } from './test-system.ts'

/** With characters that look different in base64, base64url and a URL. */
const SECRET = `canary?secret/+>~${newSandboxSecrets(systemRandomBytes).secret}=`
/** No words: a part of it must be in no sentence. */
const PASSPHRASE = `canary ${newSandboxSecrets(systemRandomBytes).secret.slice(0, 24)}`
const HTML = { status: 200, type: 'text/html', body: '<html><h1>Maintenance</h1></html>' }
const KEY_REFUSED = {
  status: 401,
  type: 'application/json',
  body: '{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}',
}

type KeychainKind = 'os' | 'vault'

/** Everything of one day that others could read. */
class Day {
  readonly folder = mkdtempSync(join(tmpdir(), 'keyside-canary-'))
  readonly home = join(this.folder, 'home')
  readonly ring = join(this.folder, 'ring')
  readonly haystacks: Haystack[] = []
  readonly keychain: KeychainKind
  readonly sandbox: Sandbox
  readonly exchange: HttpRecorder
  readonly telegram: HttpRecorder
  #env: NodeJS.ProcessEnv = {}
  readonly #children: Child[] = []
  #claim = Promise.withResolvers<string>()

  constructor(
    keychain: KeychainKind,
    parts: { sandbox: Sandbox; exchange: HttpRecorder; telegram: HttpRecorder },
  ) {
    this.keychain = keychain
    this.sandbox = parts.sandbox
    this.exchange = parts.exchange
    this.telegram = parts.telegram
    mkdirSync(this.ring, { mode: 0o700 })
    onTestFinished(async () => {
      await stopChildren(this.#children)
      await Promise.all([this.exchange.stop(), this.telegram.stop(), this.sandbox.stop()])
      rmSync(this.folder, { recursive: true })
    })
  }

  use(env: NodeJS.ProcessEnv): void {
    this.#env = { ...env, KEYSIDE_HOME: this.home, KEYSIDE_LOG: 'trace' }
  }

  note(name: string, bytes: Buffer | string): void {
    this.haystacks.push({ name, bytes: Buffer.from(bytes) })
  }

  /** Runs a command of the person, who types the vault's passphrase first where there is a vault. */
  async type(args: string, answers: readonly string[] = []): Promise<CommandResult> {
    const passphrase = this.keychain === 'vault' ? [PASSPHRASE] : []
    const said = await keyside(args.split(' '), {
      env: this.#env,
      answers: [...passphrase, ...answers],
      look: ({ pid }) => this.#look(args, pid),
    })
    this.note(`what "${args}" prints`, said.stdout + said.stderr)
    return said
  }

  async start(program: Program): Promise<Child> {
    const child = startChild(program, childCommand(program, { home: this.home }, this.#env), {
      home: this.home,
      ...(this.keychain === 'vault' && program === 'executor' && { passphrase: PASSPHRASE }),
      onLine: (name, line) => this.note(`log of ${name}`, line),
      onMessage: (name, message) => {
        this.note(`message of ${name}`, JSON.stringify(message))
        if (message.type === 'claim') this.#claim.resolve(message.code)
      },
    })
    this.#children.push(child)
    await child.ready.finally(() => this.#look(program, child.process.pid))
    return child
  }

  async claim(): Promise<void> {
    const chat = this.sandbox.telegram.chat()
    chat.followDeepLink(await this.#claim.promise)
    await chat.waitForMessage(({ from }) => from?.is_bot === true)
  }

  /** What other programs of this machine see of a process. */
  #look(name: string, pid = 0): void {
    for (const file of ['environ', 'cmdline'])
      try {
        this.note(`/proc ${file} of ${name}`, readFileSync(`/proc/${pid}/${file}`))
      } catch {
        // Gone already, or no Linux.
      }
  }

  noteFiles(): void {
    const files = readdirSync(this.home, { recursive: true, encoding: 'utf8' })
    for (const file of files.map((name) => join(this.home, name)))
      if (statSync(file).isFile())
        this.note(`file ${relative(this.home, file)}`, readFileSync(file))
  }

  noteRequests(): void {
    for (const { method, path, headers, body } of this.exchange.requests) {
      this.note('request to the exchange', Buffer.concat([Buffer.from(`${method} ${path}`), body]))
      this.note('headers to the exchange', headers)
    }
    for (const { path, headers, body } of this.telegram.requests) {
      this.note('path at Telegram', path)
      this.note('call of Telegram', Buffer.concat([Buffer.from(headers), body]))
    }
  }
}

async function openDay(keychain: KeychainKind): Promise<Day> {
  const secrets = { ...newSandboxSecrets(systemRandomBytes), secret: SECRET }
  const sandbox = await startSandbox({
    clock: systemClock,
    randomBytes: systemRandomBytes,
    secrets,
    wave: CALM,
  })
  const exchange = await recordHttp(sandbox.exchange.address)
  const telegram = await recordHttp(sandbox.telegram.address)
  return new Day(keychain, { sandbox, exchange, telegram })
}

/** A broker of its own, behind a wire that is listened to. */
async function listenOnTheWire(home: string) {
  const file = join(home, 'config.yaml')
  const port = await freePort()
  const wire = await recordTcp(port)
  const config = parse(
    readFileSync(file, 'utf8').replaceAll(/unix:\S+/g, `mqtt://127.0.0.1:${wire.port}`),
  )
  config.broker = { ...config.broker, port, socket: null }
  writeFileSync(file, stringify(config))
  onTestFinished(() => wire.stop())
  return wire
}

async function setUp(day: Day): Promise<void> {
  const { apiKey, botToken } = day.sandbox.secrets
  writeProofSecret(join(day.home, FILES.sandboxSecret), day.sandbox.proofSecret)
  const tokenFile = join(day.folder, 'token')
  writeFileSync(tokenFile, `${botToken}\n`, { mode: 0o600 })
  const addresses = `--exchange-address ${day.exchange.address} --telegram-address ${day.telegram.address}`
  const init = `init --role alone --exchange binance --keychain ${day.keychain} --telegram-token-file ${tokenFile} ${addresses}`
  expect(await day.type(init)).toMatchObject({ code: 0 })
  if (day.keychain === 'vault') await makeVaultQuick(day.home, PASSPHRASE)
  for (const answer of [HTML, KEY_REFUSED]) {
    day.exchange.lie(answer)
    expect(await day.type('keys add', [apiKey, SECRET])).toMatchObject({ code: 3 })
  }
  day.exchange.honest()
  expect(await day.type('keys add', [apiKey, SECRET])).toMatchObject({ code: 0 })
  writeFileSync(join(day.home, 'policy.yaml'), `${SANDBOX_POLICY}max_stop_distance: optional\n`)
  expect(await day.type('policy accept --yes')).toMatchObject({ code: 0 })
}

/** Bought with a press, and sold while the exchange and Telegram answer nonsense. */
async function trade(day: Day): Promise<void> {
  const { exchange, telegram } = day.sandbox
  const chat = telegram.chat()
  const engine = await scriptedEngine(day.home)
  onTestFinished(() => engine.close())
  await engine.signal({})
  const card = await chat.waitForMessage((message) => message.reply_markup !== undefined)
  chat.pressButton(card, '✅ Approve')
  await until('bought', () => hasFilled(exchange, 'buy'))
  await engine.link.publish(signalTopic(HOME, PLAN), 'no.signed.token')
  telegram.faults.arm({ name: '401', method: 'sendMessage' })
  exchange.faults.arm({ name: 'html-200' })
  await engine.signal({ kind: 'exit' })
  await until('sold', () => hasFilled(exchange, 'sell'))
}

function hasFilled(exchange: SandboxExchange, side: 'buy' | 'sell'): boolean {
  return exchange.acceptLog().some((order) => order.side === side && Number(order.executed) > 0)
}

async function lookBack(day: Day, executor: Child): Promise<void> {
  await stopChildren([executor])
  day.exchange.lie(HTML, /signature=/)
  await stopChildren([await day.start('executor')])
  day.exchange.lie(KEY_REFUSED, /signature=/)
  await expect(day.start('executor')).rejects.toThrow(/exchange/)
  await day.type('keys check --json')
  day.exchange.honest()
  for (const command of ['keys list', 'keys check', 'journal list', 'journal verify'])
    await day.type(command)
  // As `keyside up` keeps them.
  for (const { name, bytes } of day.haystacks)
    if (name.startsWith('log of ')) writeLog(day.home, name.slice('log of '.length), bytes)
  const report = join(day.home, 'report.txt')
  await day.type(`doctor --report ${report}`)
  const text = readFileSync(report, 'utf8')
  expect(text).toMatch(/\nfill: [1-9]/)
  expect(text).toMatch(/== Last log lines: executor\n.* info /)
}

function writeLog(home: string, name: string, line: Buffer): void {
  mkdirSync(join(home, 'logs'), { recursive: true })
  appendFileSync(join(home, 'logs', `${name}.log`), `${line}\n`)
}

function canariesOf(day: Day, entries: Readonly<Record<string, string>>): Canary[] {
  const { apiKey, botToken } = day.sandbox.secrets
  const fileSecret = (file: string) => readFileSync(join(day.home, file), 'utf8').trim()
  const seeds = [FILES.authorityKey, FILES.engineKey, FILES.botKey].map((file) => ({
    name: file,
    secret: Buffer.from(decodeBase64url(fileSecret(file)) ?? []),
    at: new RegExp(`^file ${file}$`),
  }))
  const own = Object.entries(entries)
    .filter(([name]) => !name.startsWith('exchange/'))
    .map(([name, text]) => ({ name, secret: Buffer.from(decodeBase64url(text) ?? text) }))
  return [
    { name: 'API secret', secret: Buffer.from(SECRET) },
    { name: 'API key', secret: Buffer.from(apiKey), at: /^headers to the exchange$/ },
    {
      name: 'bot token',
      secret: Buffer.from(botToken),
      at: /^(?:file bot\/telegram\.token|path at Telegram)$/,
    },
    { name: 'passphrase', secret: Buffer.from(PASSPHRASE) },
    ...seeds,
    ...own,
  ]
}

async function entriesOf(day: Day, env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  if (day.keychain === 'os') return keychainEntries(day.home, env)
  const vault = await openVault({
    file: vaultFile(day.home),
    passphrase: PASSPHRASE,
    randomBytes: systemRandomBytes,
  })
  const names = await vault.names()
  const values = await Promise.all(names.map((name) => vault.get(name)))
  return Object.fromEntries(names.map((name, at) => [name, values[at] ?? '']))
}

async function live(keychain: KeychainKind): Promise<{ day: Day; canaries: Canary[] }> {
  const day = await openDay(keychain)
  const keyring = keychain === 'os' ? await openKeyring(day.ring) : null
  const env = keyring?.env ?? { PATH: process.env['PATH'], HOME: process.env['HOME'] }
  if (keyring) onTestFinished(() => keyring.close())
  day.use(env)
  await setUp(day)
  const wire = await listenOnTheWire(day.home)
  await day.start('broker')
  const [executor] = await Promise.all([day.start('executor'), day.start('bot')])
  await day.claim()
  await trade(day)
  // SQLite's write-ahead logs are there while the programs run.
  day.noteFiles()
  await lookBack(day, executor)
  day.noteFiles()
  day.noteRequests()
  day.note('the MQTT wire', wire.bytes())
  return { day, canaries: canariesOf(day, await entriesOf(day, env)) }
}

/** That the recorders worked: each one has seen what it should. */
function expectAwake({ haystacks, sandbox }: Day): void {
  const { apiKey, botToken } = sandbox.secrets
  const seen = (name: RegExp, what: string) =>
    expect(
      haystacks.some((haystack) => name.test(haystack.name) && haystack.bytes.includes(what)),
      `${what} in ${name}`,
    ).toBe(true)
  seen(/^headers to the exchange/, apiKey)
  seen(/^request to the exchange/, 'signature=')
  seen(/^path at Telegram/, botToken)
  seen(/^call of Telegram/, 'Approve')
  seen(/^the MQTT wire/, 'keyside/v1/report/device')
  seen(/^file executor\/journal\.db/, 'BTC/USDT')
  seen(/^log of executor/, '"level":10')
  seen(/^log of executor/, '-2015')
  seen(/^message of executor/, 'exchange_key_refused')
  seen(/^log of executor/, 'exchange_awaited')
  seen(/^what "keys add" prints/, 'exchange')
  seen(/^\/proc environ of executor/, 'KEYSIDE_HOME')
  seen(/^\/proc cmdline of executor/, 'main.js')
}

test.skipIf(!hasKeyring())('with the OS keychain, no secret leaves it in any form', async () => {
  const { day, canaries } = await live('os')
  expect(canaries.map(({ name }) => name)).toContain('device/signing-key')
  expectAwake(day)
  expect(leaks(canaries, day.haystacks)).toEqual([])
})

test('with a vault, no secret leaves it in any form', async () => {
  const { day, canaries } = await live('vault')
  expect(canaries.map(({ name }) => name)).toContain('device/signing-key')
  expectAwake(day)
  expect(leaks(canaries, day.haystacks)).toEqual([])
})

const DRESSES: readonly (readonly [string, (secret: string) => string])[] = [
  ['as it is', (secret) => `secret=${secret}`],
  ['in hexadecimal', (secret) => Buffer.from(secret).toString('hex')],
  ['in a URL', (secret) => encodeURIComponent(secret)],
  ['in base64', (secret) => Buffer.from(`ab${secret}c`).toString('base64')],
  ['in a signed token', (secret) => Buffer.from(`{"x":"${secret}"}`).toString('base64url')],
]
const CUTS: readonly (readonly [string, (secret: string) => string])[] = [
  ['whole', (secret) => secret],
  ['without its first 3 characters', (secret) => secret.slice(3)],
  ['without its last 3 characters', (secret) => secret.slice(0, -3)],
  ['16 characters from its middle', (secret) => secret.slice(21, 37)],
]

test.each(
  DRESSES.flatMap(([how, dress]) => CUTS.map(([what, cut]) => [how, what, dress, cut] as const)),
)('the search finds a secret %s, %s', (_how, _what, dress, cut) => {
  const canaries = [{ name: 'API secret', secret: Buffer.from(SECRET) }]
  const haystacks = [{ name: 'a log', bytes: Buffer.from(`{"msg":"${dress(cut(SECRET))}"}`) }]
  expect(leaks(canaries, haystacks)).not.toEqual([])
})

test('the search finds nothing in 15 characters, nor where a secret may be', () => {
  const canaries = [{ name: 'API secret', secret: Buffer.from(SECRET), at: /^its file$/ }]
  const haystack = (name: string, text: string) => ({ name, bytes: Buffer.from(text) })
  const haystacks = [haystack('a log', SECRET.slice(20, 35)), haystack('its file', SECRET)]
  expect(leaks(canaries, haystacks)).toEqual([])
})
