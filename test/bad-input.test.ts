// Bad input from people, disks, exchanges and brokers: each time a code, a sentence that says what to do, and nothing lost.
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { vaultFile } from '@keyside/executor'
import { HOME, signalTopic } from '@keyside/protocol'
import { readSigningKey, systemRandomBytes } from '@keyside/runtime'
import { openVault } from '@keyside/runtime/vault'
import { Market, startExchange } from '@keyside/sandbox'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { newSandboxSecrets } from '../cli/sandbox/sandbox.ts'
import { type CommandResult, keyside } from './keyside.ts'
import { recordHttp } from './recorder.ts'
import { replaced } from './replaced.ts'
import { PLAN, type ScriptedEngine, scriptedEngine } from './scripted-engine.ts'
import { openTestSystem, type TestSystem, UNASKED_POLICY, until } from './test-system.ts'

let system: TestSystem
let engine: ScriptedEngine
beforeAll(async () => {
  system = await openTestSystem({ policy: UNASKED_POLICY })
  await system.start('broker')
  await Promise.all([system.start('executor'), system.start('bot')])
  const { code } = (await until('a claim code', () =>
    system.messages.find(({ type }) => type === 'claim'),
  )) as { code: string }
  system.sandbox.telegram.chat().followDeepLink(code)
  await told(/Hello|yours/)
  engine = await scriptedEngine(system.home)
})
afterAll(async () => {
  await engine.close()
  await system.close()
})

/** The chat has, or gets, a message with this in it. */
function told(words: RegExp) {
  const chat = system.sandbox.telegram.chat()
  return chat.waitForMessage(
    ({ from, text, caption }) => from?.is_bot === true && words.test(text ?? caption ?? ''),
  )
}

type Config = Record<string, Record<string, unknown>>

/** A copy of the home, in which something is then wrong. */
function copyHome(change: (config: Config, home: string) => void = () => undefined): string {
  const home = mkdtempSync(join(tmpdir(), 'keyside-bad-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  // The last is a draft that takes the place of its file in the next moment.
  const skip = /\.lock|journal\.db(-wal|-shm)?$|run$|\.[0-9a-f]{12}$/
  cpSync(system.home, home, { recursive: true, filter: (file) => !skip.test(file) })
  // The executor is writing into it: copied after the anchor, so that it holds what the anchor names.
  const journal = new DatabaseSync(join(system.home, 'executor/journal.db'), { readOnly: true })
  journal.prepare('VACUUM INTO ?').run(join(home, 'executor/journal.db'))
  journal.close()
  const file = join(home, 'config.yaml')
  const config = parse(readFileSync(file, 'utf8')) as Config
  change(config, home)
  writeFileSync(file, stringify(config))
  return home
}

function run(
  command: string,
  home: string,
  answers: readonly string[] = [],
  user = process.env['HOME'],
): Promise<CommandResult> {
  const env = { PATH: process.env['PATH'], HOME: user, KEYSIDE_HOME: home }
  return keyside(command.split(' '), { env, answers })
}

function expectRefusal({ code, stderr }: CommandResult, word: string, sentence: RegExp): void {
  expect(stderr).toMatch(sentence)
  expect(stderr).toContain(`(${word})`)
  expect(stderr).not.toMatch(/^ {4}at /m)
  expect(code).toBe(3)
}

test('no config: it says how to make one', async () => {
  const home = mkdtempSync(join(tmpdir(), 'keyside-empty-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  for (const command of ['up', 'keys list'])
    expectRefusal(await run(command, home), 'config_missing', /run "keyside init"/)
})

test('an unknown key in config.yaml: it says which, and in which line', async () => {
  const home = copyHome((config) => Object.assign(config['broker'] ?? {}, { prot: 1 }))
  const line = readFileSync(join(home, 'config.yaml'), 'utf8').split('\n').indexOf('  prot: 1') + 1
  const said = await run('broker', home)
  expectRefusal(said, 'config_invalid', new RegExp(`line ${line}: .*unknown key "prot"`))
})

test('a port that is taken: broker and "up" say which', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void other.close())
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const home = copyHome((config) => Object.assign(config['broker'] ?? {}, { port }))
  expectRefusal(await run('broker', home), 'broker_port_taken', /in use|taken/)
  expectRefusal(await run('up', home, [system.passphrase]), 'broker_port_taken', /in use|taken/)
})

test('a policy that is wrong, or that nobody accepted, at start', async () => {
  const home = copyHome()
  const file = join(home, 'policy.yaml')
  writeFileSync(file, replaced(UNASKED_POLICY, { 'collar: 0.5 %': 'collar: lots' }))
  expectRefusal(
    await run('executor', home, [system.passphrase]),
    'policy_invalid',
    /line \d+, collar: expected/,
  )
  expectRefusal(
    await run('policy accept --yes', home),
    'policy_invalid',
    /line \d+, collar: expected/,
  )
  writeFileSync(file, replaced(UNASKED_POLICY, { 'order: 1000': 'order: 900' }))
  expectRefusal(
    await run('executor', home, [system.passphrase]),
    'policy_not_accepted',
    /keyside policy accept/,
  )
})

test('an account without an exchange key', async () => {
  const home = copyHome((config) => Object.assign(config['executor'] ?? {}, { account: 'other' }))
  expectRefusal(
    await run('executor', home, [system.passphrase]),
    'exchange_key_missing',
    /"other".*keyside keys add/,
  )
})

test('a wrong passphrase, and none', async () => {
  const home = copyHome()
  expectRefusal(await run('executor', home, ['wrong']), 'vault_passphrase_wrong', /passphrase/)
  expectRefusal(await run('keys list', home), 'answer_missing', /Passphrase of the vault/)
})

test('no keychain at all: it offers the vault', async () => {
  const home = copyHome((config) => Object.assign(config['executor'] ?? {}, { keychain: 'os' }))
  expectRefusal(
    await run('executor', home),
    'keychain_unavailable',
    /keyside init --keychain vault/,
  )
  const empty = mkdtempSync(join(tmpdir(), 'keyside-empty-'))
  onTestFinished(() => rmSync(empty, { recursive: true }))
  expectRefusal(
    await run('init --role alone', empty),
    'keychain_unavailable',
    /keyside init --keychain vault/,
  )
})

test('a second executor on the same journal', async () => {
  expectRefusal(
    await run('executor', system.home, [system.passphrase]),
    'journal_locked',
    /stop the executor first/,
  )
})

const PAGE = { status: 200, type: 'text/html', body: '<html><h1>We are improving</h1></html>' }
const KEY_REFUSED = {
  status: 401,
  type: 'application/json',
  body: '{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}',
}

test('an exchange that answers a web page, and one that does not know the key', async () => {
  const exchange = await recordHttp(system.sandbox.exchange.address)
  onTestFinished(() => exchange.stop())
  const home = copyHome((config) =>
    Object.assign(config['executor'] ?? {}, { exchange: { address: exchange.address } }),
  )
  exchange.lie(PAGE)
  const { apiKey, secret } = system.sandbox.secrets
  const add = ['keys add', home, [system.passphrase, apiKey, secret]] as const
  expectRefusal(await run(...add), 'exchange_unreachable', /exchange/)
  exchange.lie(KEY_REFUSED, /signature=/)
  expectRefusal(
    await run('executor', home, [system.passphrase]),
    'key_in_use',
    /another executor of this user/,
  )
  const other = mkdtempSync(join(tmpdir(), 'keyside-user-'))
  onTestFinished(() => rmSync(other, { recursive: true }))
  expectRefusal(
    await run('executor', home, [system.passphrase], other),
    'exchange_key_refused',
    /-2015/,
  )
  expectRefusal(await run(...add), 'exchange_key_refused', /-2015/)
})

test.each([
  [
    'may withdraw',
    { enableWithdrawals: true },
    'key_can_withdraw',
    /may only read and trade.*not stored/,
  ],
  [
    'may not trade',
    { enableSpotAndMarginTrading: false },
    'key_cannot_trade',
    /allow spot trading.*not stored/,
  ],
])('a key that %s is not stored', async (_, rights, word, sentence) => {
  const { apiKey, secret } = newSandboxSecrets(systemRandomBytes)
  const exchange = await startExchange({
    market: new Market({ seed: 1 }),
    accounts: [
      {
        name: 'other',
        apiKey,
        credential: { secret },
        balances: {},
        rights,
      },
    ],
  })
  onTestFinished(() => exchange.stop())
  const home = copyHome((config) =>
    Object.assign(config['executor'] ?? {}, {
      account: 'other',
      exchange: { address: exchange.address },
    }),
  )
  const said = await run('keys add', home, [system.passphrase, apiKey, secret])
  expectRefusal(said, word, sentence)
  const vault = await openVault({
    file: vaultFile(home),
    passphrase: system.passphrase,
    randomBytes: systemRandomBytes,
  })
  expect(await vault.names()).not.toContain('exchange/other')
})

test('a new exchange key takes the place of the old one only where it is another, of the same account', async () => {
  const old = system.sandbox.secrets
  const [next, foreign] = [
    newSandboxSecrets(systemRandomBytes),
    newSandboxSecrets(systemRandomBytes),
  ]
  const account = (name: string, { apiKey, secret }: typeof next, USDT: string) => {
    return { name, apiKey, credential: { secret }, balances: { USDT } }
  }
  const exchange = await startExchange({
    market: new Market({ seed: 1 }),
    accounts: [
      account('main', old, '100'),
      account('main', next, '0'),
      account('other', foreign, '7'),
    ],
  })
  onTestFinished(() => exchange.stop())
  const home = copyHome((config) =>
    Object.assign(config['executor'] ?? {}, { exchange: { address: exchange.address } }),
  )
  const rotate = ({ apiKey, secret }: typeof next) =>
    run('keys rotate', home, [system.passphrase, apiKey, secret])
  expectRefusal(await rotate(old), 'key_unchanged', /is the one|stored already/)
  expectRefusal(await rotate(foreign), 'key_other_account', /other balances.*the old one stays/)
  const kept = async () => {
    const file = vaultFile(home)
    const vault = await openVault({
      file,
      passphrase: system.passphrase,
      randomBytes: systemRandomBytes,
    })
    return JSON.parse((await vault.get('exchange/main')) ?? '{}')
  }
  expect((await kept()).apiKey).toBe(old.apiKey)
  const said = await rotate(next)
  expect(said.stdout).toMatch(/next start uses it.*Now delete the key that begins with/s)
  expect(said.stdout).not.toContain(old.apiKey)
  expect(await kept()).toMatchObject({ apiKey: next.apiKey, added: expect.any(Number) })
  expect(said.code).toBe(0)
  expectRefusal(await rotate(next), 'key_unchanged', /earlier run was broken off.*done now/)
})

test('a policy that is broken while the executor runs: line and reason, and the old one stays', async () => {
  writeFileSync(
    join(system.home, 'policy.yaml'),
    replaced(UNASKED_POLICY, { 'collar: 0.5 %': 'collar: lots' }),
  )
  await told(/policy\.yaml.*line \d+.*collar.*stays in force/s)
  const before = system.sandbox.exchange.acceptLog().length
  await engine.head()
  await engine.signal({})
  await until(
    'an order under the old policy',
    () => system.sandbox.exchange.acceptLog().length > before,
  )
  writeFileSync(join(system.home, 'policy.yaml'), UNASKED_POLICY)
})

function orders(): number {
  return system.sandbox.exchange.acceptLog().length
}

/** As `token`, with another claim in it, and a signature that is right. */
function withClaim(
  token: string,
  claim: object,
  keyFile = join(system.home, 'engine/engine.key'),
): string {
  const [header = '', payload = ''] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const changed = Buffer.from(JSON.stringify({ ...claims, ...claim })).toString('base64url')
  const signed = `${header}.${changed}`
  const signature = readSigningKey(keyFile).sign(Buffer.from(signed))
  return `${signed}.${Buffer.from(signature).toString('base64url')}`
}

test('a signal with a claim too many, signed properly, and one signed with another key: refused and told', async () => {
  const before = orders()
  const { token } = engine.sign({})
  await engine.link.publish(signalTopic(HOME, PLAN), withClaim(token, { leverage: '10' }))
  await told(/claims_invalid/)
  await engine.link.publish(
    signalTopic(HOME, PLAN),
    withClaim(token, {}, join(system.home, 'bot/bot.key')),
  )
  await told(/signature_invalid/)
  expect(orders()).toBe(before)
  await engine.link.publish(signalTopic(HOME, PLAN), token)
  await until('an order for the honest one', () => orders() > before)
  await engine.head()
})

test('a web page in place of an answer to an order: unknown, then solved', async () => {
  const before = orders()
  system.sandbox.exchange.faults.arm({ name: 'html-200' })
  system.sandbox.exchange.faults.arm({ name: 'hidden', ms: 3_000 })
  await engine.signal({ kind: 'exit' })
  await told(/order_unknown|not said what became/)
  await told(/Sold/)
  expect(orders()).toBe(before + 1)
})

test('the broker is killed and comes back: everybody finds it again, and a fill is told', async () => {
  const before = orders()
  await system.kill('broker')
  await system.start('broker')
  await until('the engine is back', () => engine.link.connected())
  const chat = system.sandbox.telegram.chat()
  const old = chat.messages().length
  // An entry that came before the executor was back stays missed; the next one is followed.
  for (let tries = 0; tries < 5 && orders() === before; tries += 1) {
    await engine.signal({})
    await until('an order', () => orders() > before, 2_000).catch(() => undefined)
  }
  expect(orders()).toBeGreaterThan(before)
  await until('a fill that is told', () =>
    chat
      .messages()
      .slice(old)
      .some(({ text, caption }) => /Bought/.test(text ?? caption ?? '')),
  )
})

test('Telegram asks for a pause, and then refuses the token: the message comes all the same', async () => {
  const { telegram } = system.sandbox
  telegram.faults.arm({ name: '429', retryAfter: 1, method: 'sendMessage' })
  const chat = telegram.chat()
  const old = chat.messages().length
  chat.sendText('/status')
  const answered = (after: number) =>
    chat
      .messages()
      .slice(after)
      .some(({ from }) => from?.is_bot === true)
  await until('an answer after the pause', () => answered(old))
  expect(system.lines.join('\n')).toContain('telegram_limited')
  telegram.faults.arm({ name: '401', method: 'sendMessage' })
  const later = chat.messages().length
  chat.sendText('/status')
  await until('the reason', () =>
    system.lines.find((line) => /telegram_token_refused.*@BotFather/.test(line)),
  )
  await system.kill('bot')
  await system.start('bot')
  await until('the answer, from the outbox', () => answered(later + 1))
})

test('a strategy that is broken while the engine runs: line, column and reason, and the old one stays', async () => {
  await engine.close()
  const file = join(system.home, 'strategies/demo.yaml')
  const before = readFileSync(file, 'utf8')
  await system.start('engine')
  writeFileSync(file, replaced(before, { 'enter: close': 'enter: clos' }))
  const line = await until('the reason', () =>
    system.lines.find((one) => one.includes('strategy_invalid')),
  )
  expect(JSON.parse(line.slice(line.indexOf('{'))).msg).toMatch(
    /^demo\.yaml: the former version stays in force: line \d+, column 8: enter: .*"clos"/,
  )
})
