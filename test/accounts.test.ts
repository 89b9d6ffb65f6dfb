// Two accounts under one `keyside up`: one signal reaches both, the chat tells them apart and halts one, the terminal all.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isHalted, readJournal } from '@keyside/executor'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { editConfig } from '../cli/home/edit-config.ts'
import { keyside, MAIN } from './keyside.ts'
import { scriptedEngine } from './scripted-engine.ts'
import { openTestSystem, UNASKED_POLICY, until } from './test-system.ts'

const before = process.env['HOME']
let user = ''
beforeAll(() => {
  user = mkdtempSync(join(tmpdir(), 'keyside-user-'))
  process.env['HOME'] = user
})
afterAll(() => {
  process.env['HOME'] = before
  rmSync(user, { recursive: true })
})

/** A home with an account at the sandbox's Binance and one on paper; its engine is the test's. */
async function openHome() {
  const system = await openTestSystem({ policy: UNASKED_POLICY })
  onTestFinished(() => system.close())
  const { home, passphrase, sandbox } = system
  const env = { PATH: process.env['PATH'], HOME: user, KEYSIDE_HOME: home }
  const run = (args: string, answers: readonly string[] = []) =>
    keyside(args.split(' '), { env, answers })
  const add = `accounts add paper --exchange paper --exchange-address ${sandbox.exchange.address}`
  expect(await run(add, [passphrase])).toMatchObject({ code: 0, stderr: '' })
  const paper = join(home, 'accounts/paper')
  writeFileSync(join(paper, 'policy.yaml'), UNASKED_POLICY)
  expect((await run('policy accept --yes')).stderr).toContain('(account_unnamed)')
  const asked = await run('policy check --account paper')
  expect(asked.stdout, 'as it can be typed').toContain('keyside policy accept --account paper')
  const examined = JSON.parse((await run('doctor --json')).stdout) as { text: string }[]
  expect(examined.map(({ text }) => text)).toEqual(
    expect.arrayContaining([expect.stringContaining('keyside policy accept --account paper')]),
  )
  expect(await run('policy accept --yes --account paper')).toMatchObject({ code: 0 })
  const scripted = mkdtempSync(join(tmpdir(), 'keyside-scripted-'))
  onTestFinished(() => rmSync(scripted, { recursive: true }))
  cpSync(join(home, 'config.yaml'), join(scripted, 'config.yaml'))
  symlinkSync(join(home, 'engine'), join(scripted, 'engine'))
  editConfig(home, (config) => config.delete('engine'))
  return { ...system, paper, env, run, scripted }
}

async function up({ env, passphrase }: { env: NodeJS.ProcessEnv; passphrase: string }) {
  const child = spawn(process.execPath, [MAIN, 'up'], { env })
  onTestFinished(() => void child.kill('SIGKILL'))
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      printed += text
    })
  child.stdin.end(`${passphrase}\n`)
  const prints = (pattern: RegExp) =>
    until(`${pattern} in ${printed}`, () => pattern.exec(printed)?.[1])
  return { child, prints }
}

test('one signal is followed by both, and a halt stops the one that is named, or all', async () => {
  const system = await openHome()
  const { home, paper, sandbox, run, scripted } = system
  // What is said to the home's own account is not said to the other.
  const env = { ...system.env, KEYSIDE_EXECUTOR__ACCOUNT: 'main' }
  const { child, prints } = await up({ ...system, env })
  const chat = sandbox.telegram.chat()
  chat.followDeepLink((await prints(/\/start ([\w-]+)/)) ?? '')
  await prints(/(executor-paper\s+account paper on paper)/)
  await chat.waitForMessage(({ from }) => from?.is_bot === true)
  const engine = await scriptedEngine(scripted)
  onTestFinished(() => engine.close())
  const fillsOf = (account: string) =>
    readJournal(join(account, 'executor/journal.db')).filter(({ type }) => type === 'fill').length
  const orders = () => sandbox.exchange.acceptLog().length

  await engine.signal({})
  await until('both have bought', () => fillsOf(home) === 1 && fillsOf(paper) === 1)
  for (const name of ['main', 'paper'])
    await chat.waitForMessage(({ text = '', caption = text }) =>
      new RegExp(`${name}[^]*[Bb]ought`).test(caption),
    )
  chat.sendText('/halt main')
  await chat.waitForMessage(({ text = '' }) => text.includes('main') && text.includes('Halted:'))
  expect([isHalted(home), isHalted(paper)]).toEqual([true, false])
  await engine.signal({ kind: 'exit' })
  await until('both have sold', () => fillsOf(home) === 2 && fillsOf(paper) === 2)
  await engine.signal({})
  await until('one has bought', () => fillsOf(paper) === 3)
  await until('the other has refused', () =>
    readJournal(join(home, 'executor/journal.db')).some(({ body }) =>
      JSON.stringify(body).includes('"halted"'),
    ),
  )
  expect(orders(), 'nothing of paper reaches the exchange').toBe(2)

  expect((await run('accounts remove paper --yes')).stderr).toContain('(journal_locked)')
  expect(JSON.parse((await run('accounts list --json')).stdout).accounts).toMatchObject([
    { name: 'main', venue: 'binance', state: 'runs, halted', home },
    { name: 'paper', venue: 'paper of binance', state: 'runs', home: paper },
  ])
  const halt = await run('halt')
  expect(halt, halt.stderr).toMatchObject({ code: 0 })
  for (const account of [home, paper])
    expect(halt.stdout).toContain(`Halted: the executor of ${account} `)
  expect((await run('unhalt --yes')).stderr).toContain('(executor_ambiguous)')
  expect((await run('unhalt --yes --account paper')).stdout).toMatch(/^Unhalted: /)
  expect([isHalted(home), isHalted(paper)]).toEqual([true, false])
  child.kill('SIGTERM')
  await once(child, 'exit')
  expect((await run('accounts remove paper --yes')).stderr).toContain('(account_holds)')
})
