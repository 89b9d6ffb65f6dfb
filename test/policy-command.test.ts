// "keyside policy" as a trader uses it: after a typed yes a wider policy waits and a tighter one does not.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_POLICY } from '@keyside/executor'
import { ensureProofSecret, systemRandomBytes, writePrivate } from '@keyside/runtime'
import { CALM, Market, startExchange } from '@keyside/sandbox'
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { SANDBOX_POLICY } from '../cli/sandbox/sandbox-home.ts'
import { Journal } from '../executor/journal/journal.ts'
import { keyside } from './keyside.ts'
import { keysideHere } from './keyside-here.ts'
import { replaced } from './replaced.ts'
import { openTestSystem, rewrite } from './test-system.ts'

const LIVE = replaced(DEFAULT_POLICY, { 'real_money: no': 'real_money: yes' })
const WIDER = replaced(LIVE, { 'order: 500 ': 'order: 600 ' })
const HOUR_MS = 3_600_000

let made = ''
let home = ''
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'keyside-policy-made-'))
  const [passphrase, token] = [join(home, 'passphrase'), join(home, 'token')]
  writePrivate(passphrase, 'correct horse battery\n')
  writePrivate(token, `12345678:${'a'.repeat(35)}\n`)
  const options = `--keychain vault --passphrase-file ${passphrase} --telegram-token-file ${token}`
  expect(await run(`init --role alone --exchange binance ${options}`)).toMatchObject({ code: 0 })
  expect(await run('policy accept --yes')).toMatchObject({ code: 0 })
  made = home
})
afterAll(() => rmSync(made, { recursive: true }))

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keyside-policy-'))
  cpSync(made, home, { recursive: true })
})
afterEach(() => rmSync(home, { recursive: true }))

function run(command: string, answers: readonly string[] = []) {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], KEYSIDE_HOME: home }
  return keysideHere(command.split(' '), { env, answers })
}

const write = (text: string) => writeFileSync(join(home, 'policy.yaml'), text)

async function shown() {
  const { stdout } = await run('policy show --json')
  return JSON.parse(stdout) as {
    state: string
    waiting: { acceptedAt: number; due: number } | null
  }
}

test('the first policy is in force, and accepting it again says so', async () => {
  expect(readFileSync(join(home, 'policy.yaml'), 'utf8')).toBe(DEFAULT_POLICY)
  expect(await shown()).toMatchObject({ state: 'accepted', waiting: null })
  expect((await run('policy accept')).stdout).toContain('This policy is accepted.')
})

test('a wider policy is marked, wants a typed yes, and waits for a day', async () => {
  write(WIDER)
  const { code, stderr } = await run('policy accept', ['y'])
  expect([code, stderr]).toEqual([
    3,
    expect.stringContaining(
      'nothing was changed; the question asks for the whole word, yes (not_confirmed)',
    ),
  ])
  expect((await shown()).state).toBe('changed')
  const { stdout } = await run('policy accept', ['yes'])
  expect(stdout).toMatch(/LOOSENS +limits\.order +500 USDT -> 600 USDT/)
  expect(stdout).toMatch(/in force now +with this file/)
  expect(stdout).toMatch(/does not count yet/)
  expect(stdout).toMatch(/Until \d{4}-\d\d-\d\d \d\d:\d\d UTC the older policy is in force/)
  expect(stdout).toContain('accept a file that only tightens')
  const { state, waiting } = await shown()
  expect(state).toBe('waits')
  expect(waiting && waiting.due - waiting.acceptedAt).toBe(24 * HOUR_MS)
  expect((await run('policy show')).stdout).toContain('it is not in force yet')
})

test('a tighter policy is in force at once, and takes a waiting one back', async () => {
  write(WIDER)
  await run('policy accept --yes')
  write(replaced(DEFAULT_POLICY, { 'order: 500 ': 'order: 400 ' }))
  expect((await run('policy check')).stdout).toContain('Another policy waits')
  const { stdout } = await run('policy accept', ['yes'])
  expect(stdout).toMatch(/TIGHTENS +limits\.order +500 USDT -> 400 USDT/)
  expect(stdout).toContain('in force now')
  expect(await shown()).toMatchObject({ state: 'accepted', waiting: null })
})

test('while no real money was ever allowed, a wider policy is in force at once, and says whose amounts it bounds', async () => {
  write(replaced(DEFAULT_POLICY, { 'order: 500 ': 'order: 600 ' }))
  const { stdout } = await run('policy accept', ['yes'])
  expect(stdout).toMatch(/LOOSENS +limits\.order +500 USDT -> 600 USDT/)
  expect(stdout).toContain('nothing is bought for real money')
  expect(stdout).toContain('in force now')
  expect(await shown()).toMatchObject({ state: 'accepted', waiting: null })
  write(WIDER)
  expect((await run('policy accept', ['yes'])).stdout).not.toContain('nothing is bought for real')
  expect((await shown()).state).toBe('waits')
})

test('prints the bound alone, for a program too', async () => {
  const { stdout } = await run('policy bound --json')
  expect(Number(JSON.parse(stdout).most)).toBeGreaterThan(0)
  expect((await run('policy bound')).stdout).toContain(String(JSON.parse(stdout).most))
})

test('prints the bound of the policy in force beside that of the file, and says which counts', async () => {
  expect((await run('policy bound')).stdout).toMatch(/\n\nThis policy is accepted\.\n$/)
  const accepted = JSON.parse((await run('policy bound --json')).stdout)
  expect(accepted).toMatchObject({ state: 'accepted', waiting: null })
  expect(accepted.inForce).toMatchObject({ taken: accepted.taken, most: accepted.most })
  write(replaced(WIDER, { 'allocation: 1000 ': 'allocation: 1500 ' }))
  await run('policy accept --yes')
  const { state, waiting, most, inForce } = JSON.parse((await run('policy bound --json')).stdout)
  expect(state).toBe('waits')
  expect(waiting.due - waiting.acceptedAt).toBe(24 * HOUR_MS)
  expect(inForce.most).toBe(accepted.most)
  expect(Number(most)).toBeGreaterThan(Number(inForce.most))
  for (const command of ['bound', 'show']) {
    const { stdout } = await run(`policy ${command}`)
    expect(stdout).toMatch(
      new RegExp(`^lost in a day at most +${inForce.most} USDT +${most} USDT$`, 'm'),
    )
    expect(stdout).toContain('it is not in force yet')
    expect(stdout).toMatch(/Until .* UTC the older policy is in force/)
  }
})

test('prints the bound of amounts that are longer together than an amount may be', async () => {
  write(
    ['order', 'position', 'hour', 'day', 'allocation']
      .reduce((text, name) => text.replace(RegExp(`${name}: \\d+`), `${name}: 999999999999`), WIDER)
      .replace('max_stop_distance: 3 %', 'max_stop_distance: optional')
      .replace('day_loss: 100 ', 'day_loss: 999999999999 '),
  )
  for (const command of ['bound', 'show', 'check', 'accept --yes']) {
    const { stdout, stderr } = await run(`policy ${command}`)
    expect(stderr, command).toBe('')
    expect(stdout).toContain(
      command === 'check' ? '-> 999999999999 USDT' : '2001999999997.998 USDT',
    )
  }
})

test('says what is traded and where, and calls real what does not prove the opposite', async () => {
  const config = join(home, 'config.yaml')
  const text = readFileSync(config, 'utf8')
  const at = (address: string) => writeFileSync(config, withAddress(text, address))
  expect((await run('policy show')).stdout).toMatch(/^traded at +binance: real money$/m)
  write(replaced(DEFAULT_POLICY, { 'order: 500 ': 'order: 400 ' }))
  at('https://127.0.0.1:9')
  const real = 'binance at https://127.0.0.1:9: real money (it has not proved to be a sandbox)'
  expect((await run('policy accept', ['no'])).stdout).toContain(real)
  const proofSecret = ensureProofSecret(join(home, 'executor/sandbox.secret'), systemRandomBytes)
  const market = new Market({ seed: 1, wave: CALM })
  const sandbox = await startExchange({ market, accounts: [], proofSecret })
  onTestFinished(() => sandbox.stop())
  at(sandbox.address)
  const { stdout } = await run('policy accept', ['yes'])
  expect(stdout).toContain(`Traded at binance at ${sandbox.address}: sandbox, proved.`)
  expect(JSON.parse((await run('policy show --json')).stdout).traded).toEqual({
    exchange: 'binance',
    address: sandbox.address,
    money: 'sandbox',
  })
})

test('doctor names the market that is not traded, and it alone', async () => {
  const keys = { apiKey: 'key'.repeat(8), secret: 'secret'.repeat(8) }
  const sandbox = await startExchange({
    market: new Market({ seed: 1, wave: CALM }),
    accounts: [
      { name: 'main', apiKey: keys.apiKey, credential: { secret: keys.secret }, balances: {} },
    ],
  })
  onTestFinished(() => sandbox.stop())
  sandbox.setStatus('ETH/USDT', 'BREAK')
  const config = join(home, 'config.yaml')
  writeFileSync(config, withAddress(readFileSync(config, 'utf8'), sandbox.address))
  expect((await run('keys remove', ['y'])).stderr).toContain('(exchange_key_missing)')
  expect(await run('keys add', [keys.apiKey, keys.secret])).toMatchObject({ code: 0 })
  const findings = JSON.parse((await run('doctor --json')).stdout)
  const markets = findings.find(({ check }: { check: string }) => check === 'markets')
  expect(markets).toMatchObject({
    ok: false,
    text: expect.stringMatching(/^ETH\/USDT: not traded/),
  })
})

function withAddress(text: string, address: string): string {
  const config = parse(text)
  config.executor.exchange = { name: 'binance', address }
  return stringify(config)
}

test('a home with an account at an exchange has no paper account to reset', async () => {
  const { code, stderr } = await run('paper reset --yes')
  expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('(paper_missing)') })
})

test('takes no address that is none: empty, or without a scheme', async () => {
  const config = join(home, 'config.yaml')
  writeFileSync(config, withAddress(readFileSync(config, 'utf8'), ''))
  const { code, stderr } = await run('policy show')
  expect(code).not.toBe(0)
  expect(stderr).toMatch(/executor\.exchange\.address: expected an address like/)
  rmSync(config)
  const init = await run('init --role alone --keychain vault --exchange-address=api.binance.com')
  expect(init.stderr).toContain('expected an address like')
})

test('an executor that runs follows an accepted policy at once, and the command says which', async () => {
  const system = await openTestSystem()
  onTestFinished(() => system.close())
  await system.start('broker')
  await system.start('executor')
  rewrite(system, 'policy.yaml', SANDBOX_POLICY.replace('order: 1000', 'order: 900'))
  const { stdout } = await keyside(['policy', 'accept', '--yes'], {
    env: { ...process.env, KEYSIDE_HOME: system.home },
  })
  expect(stdout).toMatch(/in force now: the executor \(process \d+\) follows it\.\n$/)
  await system.kill('executor')
  rewrite(system, 'policy.yaml', SANDBOX_POLICY.replace('order: 1000', 'order: 800'))
  const alone = await keyside(['policy', 'accept', '--yes'], {
    env: { ...process.env, KEYSIDE_HOME: system.home },
  })
  expect(alone.stdout).toContain('in force now: no executor runs')
})

test('what the chat asks for waits at the terminal, is shown with its difference, and is accepted or dropped there', async () => {
  write(LIVE)
  await run('policy accept --yes')
  const journal = new Journal(join(home, 'executor/journal.db'))
  const at = Date.now()
  const request = {
    type: 'loosening_requested',
    setting: 'limits.order',
    by: 'telegram:7',
    at,
  } as const
  const collar = { ...request, setting: 'collar', to: '1 %', number: 2 }
  journal.append([{ ...request, to: '600', number: 1 }, collar], [], at)
  journal.close()
  expect((await run('requests')).stdout).toMatch(/LOOSENS +limits.order +500 USDT -> 600 USDT/)
  expect(await run('requests drop 2')).toMatchObject({ code: 0 })
  expect((await run('requests accept 1', ['no'])).stderr).toContain(
    'the request still waits (not_confirmed)',
  )
  expect((await run('requests accept 1', ['yes'])).stdout).toContain('does not count yet')
  expect((await run('requests accept 1', ['yes'])).stderr).toContain('no request of this number')
  expect((await run('requests list')).stdout).toBe('Nothing waits.\n')
})
