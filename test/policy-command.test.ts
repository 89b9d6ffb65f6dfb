// "keyside policy" as a trader uses it: he types yes, a wider policy waits, a tighter one does not.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_POLICY } from '@keyside/executor'
import { writePrivate } from '@keyside/runtime'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { keyside } from './keyside.ts'
import { replaced } from './replaced.ts'

const WIDER = replaced(DEFAULT_POLICY, { 'order: 500 ': 'order: 600 ' })
const HOUR_MS = 3_600_000

let made = ''
let home = ''
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'keyside-policy-made-'))
  const [passphrase, token] = [join(home, 'passphrase'), join(home, 'token')]
  writePrivate(passphrase, 'correct horse battery\n')
  writePrivate(token, `12345678:${'a'.repeat(35)}\n`)
  const options = `--keychain vault --passphrase-file ${passphrase} --telegram-token-file ${token}`
  expect(await run(`init ${options}`)).toMatchObject({ code: 0 })
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
  const env = { PATH: process.env['PATH'], HOME: home, KEYSIDE_HOME: home }
  return keyside(command.split(' '), { env, answers })
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
  expect((await run('policy accept', ['y'])).stdout).toContain('Nothing was changed.')
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
  expect(stdout).toContain('in force from the next start')
  expect(await shown()).toMatchObject({ state: 'accepted', waiting: null })
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
  write(replaced(WIDER, { 'allotment: 1000 ': 'allotment: 1500 ' }))
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
    ['order', 'position', 'hour', 'day', 'allotment']
      .reduce((text, name) => text.replace(RegExp(`${name}: \\d+`), `${name}: 999999999999`), WIDER)
      .replace('stop_within: 3 %', 'stop_within: optional')
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
