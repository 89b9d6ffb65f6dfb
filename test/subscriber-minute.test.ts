// A subscriber's minute: two clean homes become a provider and a trader, and the first signal is verified and asked about. An alert is told.

import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseInvitation, signalTopic } from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import {
  createLog,
  enrol,
  fetchKeyset,
  freePort,
  type Link,
  openLink,
  systemClock,
  systemRandomBytes,
  tlsTrust,
  writeProofSecret,
} from '@keyside/runtime'
import { CALM } from '@keyside/sandbox'
import { expect, onTestFinished, test } from 'vitest'
import { FILES } from '../cli/home/home-files.ts'
import { newSandboxSecrets, type Sandbox, startSandbox } from '../cli/sandbox/sandbox.ts'
import { ownTime } from '../runtime/testing/own-time.ts'
import { keyside, MAIN as main } from './keyside.ts'
import { until } from './test-system.ts'
import { type TwoMachines, twoMachines } from './two-machines.ts'

const log = createLog({ program: 'test', level: 'silent' })
const parts = { clock: systemClock, randomBytes: systemRandomBytes }

/** Enters again and again, so that the next signal is never far. */
const STRATEGY = `name: demo
market: BTC/USDT
timeframe: 1s
enter: close > 0
exit: close < 0
max_hold: 8s
size: 10 %
stop: 1 %
alert:
  up: close > close[1]
`

/** From the provider's candle to the trader's chat. */
const ALERT =
  /^🔔 northwind\/demo · BTC\/USDT: up\nclose [\d.]+, close\[1\] [\d.]+\n[\d,.]+ USDT, 1s candle of \d\d:\d\d UTC/

/** One machine: a clean home, what was typed there, and how long that took without the person. */
class Machine {
  readonly home: string
  readonly typed: string[] = []
  ms = 0
  readonly #env: NodeJS.ProcessEnv
  readonly #via: readonly string[]

  constructor(folder: string, name: string, via: readonly string[]) {
    this.#via = via
    this.home = join(folder, name)
    mkdirSync(this.home, { mode: 0o700 })
    writeFileSync(join(folder, `${name}.passphrase`), 'correct horse battery\n', { mode: 0o600 })
    this.#env = { PATH: process.env['PATH'], HOME: this.home, KEYSIDE_HOME: this.home }
  }

  async type(words: readonly string[], answers: readonly string[] = []): Promise<string> {
    this.typed.push(words[0] ?? '')
    const began = performance.now()
    const { code, stdout, stderr } = await keyside(words, {
      env: this.#env,
      answers,
      via: this.#via,
    })
    this.ms += performance.now() - began
    expect(code, `${words.join(' ')}: ${stdout}${stderr}`).toBe(0)
    return stdout
  }

  /** `keyside up`, which stays. Resolves with the line that has `text`. */
  async up(text: RegExp): Promise<string> {
    this.typed.push('up')
    const began = performance.now()
    const [program = '', ...words] = [...this.#via, process.execPath, main, 'up']
    const child = spawn(program, words, { env: this.#env })
    const ended = new Promise((done) => child.once('exit', done))
    onTestFinished(async () => {
      child.kill('SIGTERM')
      await ended
    })
    const said: string[] = []
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line)
        if (text.test(line)) resolve(line)
      })
    void ended.then(() => reject(new Error(`up ended: ${said.join('\n')}`)))
    const line = await promise
    this.ms += performance.now() - began
    return line
  }
}

interface World {
  readonly folder: string
  readonly sandbox: Sandbox
  readonly machines: TwoMachines
}

async function openWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-minute-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const machines = twoMachines()
  onTestFinished(() => machines.close())
  const secrets = newSandboxSecrets(systemRandomBytes)
  const sandbox = await startSandbox({
    ...parts,
    secrets,
    // Up and down every ten seconds, by less than any stop.
    wave: { ...CALM, periodMs: 10_000, amplitude: 0.0005 },
    host: machines.world,
    name: machines.world,
  })
  onTestFinished(() => sandbox.stop())
  return { folder, sandbox, machines }
}

/** An address of the world, as both machines call it. */
function there(address: string, { world }: TwoMachines): string {
  return address.replace('127.0.0.1', world)
}

async function openProvider({ folder, sandbox, machines }: World, name: string): Promise<Machine> {
  const machine = new Machine(folder, name, machines.via.provider)
  const passphrase = ['--passphrase-file', join(folder, `${name}.passphrase`)]
  const address = ['--address', `${machines.provider}:${await freePort()}`]
  const exchange = ['--exchange-address', there(sandbox.exchange.address, machines)]
  await machine.type([
    'init',
    '--role',
    'provider',
    '--name',
    name,
    ...address,
    ...passphrase,
    ...exchange,
  ])
  // The provider's own work, beforehand: a strategy.
  writeFileSync(join(machine.home, 'strategies/demo.yaml'), STRATEGY)
  for (const file of ['ema-cross.yaml', 'rsi-reversion.yaml'])
    rmSync(join(machine.home, 'strategies', file))
  await machine.up(/Ctrl-C/)
  return machine
}

async function openTrader({ folder, sandbox, machines }: World): Promise<Machine> {
  const machine = new Machine(folder, 'trader', machines.via.trader)
  writeProofSecret(join(machine.home, FILES.sandboxSecret), sandbox.proofSecret)
  const { apiKey, secret, botToken } = sandbox.secrets
  const vault = ['--keychain', 'vault', '--passphrase-file', join(folder, 'trader.passphrase')]
  const outside = [
    '--exchange',
    'binance',
    '--exchange-address',
    there(sandbox.exchange.address, machines),
    '--telegram-address',
    there(sandbox.telegram.address, machines),
  ]
  await machine.type(['init', '--role', 'trader', ...vault, ...outside], [botToken])
  await machine.type(['keys', 'add'], [apiKey, secret])
  return machine
}

async function invite(provider: Machine, name: string): Promise<string> {
  const said = await provider.type([
    'invite',
    name,
    '--plans',
    'main',
    '--days',
    '365',
    '--no-wait',
  ])
  return /^keyside:\S+$/m.exec(said)?.[0] ?? expect.unreachable(said)
}

interface Subscriber {
  readonly link: Link
  readonly heard: string[]
}

/** Another device of the provider, as small as one can be: it enrols and hears what it may hear. */
async function subscribe(text: string): Promise<Subscriber> {
  const read = parseInvitation(text, { now: Date.now() / 1_000, plaintext: false })
  if (!read.ok) return expect.unreachable()
  const { invitation } = read
  const fetched = await fetchKeyset(invitation, { ...parts, log })
  if (!fetched.ok) return expect.unreachable(fetched.message)
  const key = signingKey(systemRandomBytes(32))
  const enrolled = await enrol({
    ...parts,
    log,
    invitation,
    key,
    keyset: fetched.keyset,
    terms: [],
  })
  if (!enrolled.ok) return expect.unreachable(enrolled.message)
  const { access, client } = enrolled.answer
  const heard: string[] = []
  const link = openLink({
    url: `mqtts://${invitation.host}:${invitation.port}`,
    tls: tlsTrust(invitation.tls),
    clientId: client,
    token: () => access,
    subscribe: [signalTopic(invitation.provider, 'main')],
    onMessage: (_, token) => void heard.push(token),
    log,
  })
  onTestFinished(() => link.close())
  await link.ready
  return { link, heard }
}

/** The first card in the chat that names this provider's stream. */
function card({ telegram }: Sandbox, stream: string) {
  const chat = telegram.chat()
  return until(`a card of ${stream}`, () =>
    chat
      .messages()
      .find(
        ({ text, caption, reply_markup }) =>
          reply_markup !== undefined && (caption ?? text ?? '').includes(stream),
      ),
  )
}

test('from two clean homes to the first card, in eight commands; one who is removed hears nothing more; a second provider with the same stream is another one', {
  timeout: 300_000,
}, async () => {
  const world = await openWorld()
  const { sandbox, machines } = world
  const provider = await openProvider(world, 'northwind')
  const trader = await openTrader(world)
  const follow = ['follow', '--yes', await invite(provider, 'alice')]
  expect(await trader.type(follow)).toContain('northwind/demo')
  await trader.type(['policy', 'accept', '--yes'])
  const claim = await trader.up(/start=/)
  const asked = performance.now()
  sandbox.telegram.chat().followDeepLink(/start=(\S+)/.exec(claim)?.[1] ?? '')
  await card(sandbox, 'northwind/demo')
  const seconds = (provider.ms + trader.ms + performance.now() - asked) / 1_000
  const typed = [...provider.typed, ...trader.typed]
  process.stdout.write(
    `${typed.length} commands (${typed.join(', ')}), ${seconds.toFixed(1)} s; ${machines.kind}\n`,
  )
  expect(typed.length).toBeLessThanOrEqual(8)
  await until('an alert in the chat', () =>
    sandbox.telegram
      .chat()
      .messages()
      .find(({ text = '' }) => ALERT.test(text)),
  )

  const bob = await subscribe(await invite(provider, 'bob'))
  const carol = await subscribe(await invite(provider, 'carol'))
  await until('both hear', () => bob.heard.length > 0 && carol.heard.length > 0)
  await provider.type(['subscribers', 'remove', 'bob', '--yes'])
  const passed = ownTime()
  await until('bob is off', () => !bob.link.connected())
  expect(passed(), 'within a second').toBeLessThan(1_000)
  const [silent, went] = [bob.heard.length, carol.heard.length]
  await until('carol hears on', () => carol.heard.length > went)
  expect(bob.heard).toHaveLength(silent)

  const other = await openProvider(world, 'southwind')
  expect(await trader.type(['follow', '--yes', await invite(other, 'alice')])).toContain(
    'southwind/demo',
  )
  await trader.type(['policy', 'accept', '--yes'])
  await card(sandbox, 'southwind/demo')
})
