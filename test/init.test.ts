// keyside init, when it must make nothing.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writePrivate } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { type CommandResult, keyside, MAIN } from './keyside.ts'
import { keysideHere } from './keyside-here.ts'

const TOKEN = `12345678:${'a'.repeat(35)}`
const PASSPHRASE = 'correct horse battery'

function emptyHome() {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-init-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const home = join(folder, 'home')
  const passphrase = join(folder, 'passphrase')
  writePrivate(passphrase, `${PASSPHRASE}\n`)
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], KEYSIDE_HOME: home }
  const init = (answers: readonly string[]): Promise<CommandResult> =>
    keysideHere(
      ['init', '--role', 'alone', '--keychain', 'vault', '--passphrase-file', passphrase],
      {
        env,
        answers,
      },
    )
  return { home, env, init }
}

test('a second init overwrites nothing', async () => {
  const { home, init } = emptyHome()
  expect(await init([TOKEN])).toMatchObject({ code: 0 })
  const kept = ['config.yaml', 'executor/vault.json', 'policy.yaml', 'authority/authority.key']
  const texts = () => kept.map((name) => readFileSync(join(home, name), 'utf8'))
  const before = texts()
  const { code, stderr } = await init([TOKEN])
  expect({ code, stderr }).toEqual({
    code: 3,
    stderr: expect.stringMatching(/set up already.*KEYSIDE_HOME \(home_exists\)/),
  })
  expect(texts()).toEqual(before)
})

test('an init that fails half way leaves nothing that stands in the way of the next, and touches nothing else', async () => {
  const { home, init } = emptyHome()
  writePrivate(join(home, 'executor/mine'), 'mine')
  writePrivate(join(home, 'strategies'), 'no folder')
  expect(await init([TOKEN])).toMatchObject({ code: 3 })
  const left = readdirSync(home, { recursive: true, withFileTypes: true })
  const files = left.filter((entry) => entry.isFile()).map(({ name }) => name)
  expect(files.sort()).toEqual(['mine', 'strategies'])
  rmSync(join(home, 'strategies'))
  expect(await init([TOKEN])).toMatchObject({ code: 0 })
})

test('a vault that is there is refused before anything is asked', async () => {
  const { home, init } = emptyHome()
  writePrivate(join(home, 'executor/vault.json'), 'of an init that the power ended')
  expect(await init([])).toMatchObject({ code: 3, stderr: expect.stringContaining('vault_exists') })
})

test('what is no bot token is refused and not repeated, and init can be run again', async () => {
  const { home, init } = emptyHome()
  for (const token of ['hello', `12345678:${'a'.repeat(12)}`, `@${TOKEN}`]) {
    const { code, stderr } = await init([token])
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringMatching(/@BotFather.*\(bot_token_malformed\)/),
    })
    expect(stderr).not.toContain(token)
  }
  expect(existsSync(home), 'nothing was made').toBe(false)
  expect(await init([TOKEN])).toMatchObject({ code: 0 })
})

/** As at a terminal, where each answer is typed when it is asked for. */
async function typed(args: string, answers: readonly string[], env: NodeJS.ProcessEnv) {
  const isTerminal = 'data:text/javascript,process.stdin.isTTY=true'
  const child = spawn(process.execPath, ['--import', isTerminal, MAIN, ...args.split(' ')], { env })
  const left = [...answers]
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk)
    const answer = stderr.endsWith(': ') ? left.shift() : undefined
    if (answer !== undefined) child.stdin.write(`${answer}\n`)
    // One question too many is answered with the end of the input: nobody waits for it.
    else if (stderr.endsWith(': ')) child.stdin.end()
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stderr }
}

test('without a terminal and without a role it says which there are', async () => {
  const { home, env } = emptyHome()
  const { code, stderr } = await keyside(['init', '--keychain', 'vault'], { env, answers: ['1'] })
  expect({ code, stderr }).toEqual({
    code: 3,
    stderr: expect.stringMatching(/--role alone .*--role trader .*\(role_missing\)\n$/),
  })
  expect(existsSync(join(home, 'config.yaml'))).toBe(false)
})

test('two passphrases that differ make no vault, and neither is shown', async () => {
  const { home, env } = emptyHome()
  const said = await typed(
    'init --role alone --keychain vault',
    ['1', TOKEN, PASSPHRASE, `${PASSPHRASE}!`],
    env,
  )
  expect(said).toEqual({
    code: 3,
    stderr: expect.stringMatching(/nothing was made, start again \(passphrases_differ\)/),
  })
  expect(said.stderr).not.toContain(PASSPHRASE)
  expect(existsSync(join(home, 'executor/vault.json'))).toBe(false)
})

test('the same passphrase twice makes the vault, and candles come from the exchange that is chosen', async () => {
  const { home, env } = emptyHome()
  const said = await typed(
    'init --role alone --keychain vault',
    ['3', TOKEN, PASSPHRASE, PASSPHRASE],
    env,
  )
  expect(said).toMatchObject({ code: 0 })
  expect(existsSync(join(home, 'executor/vault.json'))).toBe(true)
  const { engine, executor } = parse(readFileSync(join(home, 'config.yaml'), 'utf8'))
  expect([engine.exchange, executor.exchange]).toEqual([{ name: 'bybit' }, { name: 'bybit' }])
})

test('the first look at the policy compares it with nothing', async () => {
  const { env, init } = emptyHome()
  expect(await init([TOKEN])).toMatchObject({ code: 0 })
  const { code, stdout } = await keysideHere(['policy', 'check'], { env })
  expect(code).toBe(3)
  expect(stdout).toContain('It is the first policy here')
  expect(stdout).not.toMatch(/LOOSENS|nothing ->/)
  expect(stdout).toContain('Traded at paper on the market of binance: no real money.')
})

test('a home is on paper unless something else is asked for, and asks for no key', async () => {
  const { home, env, init } = emptyHome()
  expect(await init([TOKEN])).toMatchObject({
    code: 0,
    stdout: expect.not.stringMatching(/keys add/),
  })
  expect(readFileSync(join(home, 'config.yaml'), 'utf8')).toContain('name: paper')
  const { code, stderr } = await keysideHere(['keys', 'add'], { env, answers: ['key', 'secret'] })
  expect({ code, stderr }).toEqual({
    code: 3,
    stderr: expect.stringContaining('(paper_has_no_key)'),
  })
  expect(await keysideHere(['paper', 'reset', '--yes'], { env })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('The paper account has 10000 USDT.'),
  })
})
