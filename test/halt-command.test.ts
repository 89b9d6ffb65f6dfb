// `keyside halt` and `keyside unhalt` beside executors as real processes, however those were started.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { executorAt, haltFile, isHalted } from '@keyside/executor'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { keyside, MAIN } from './keyside.ts'
import { openTestSystem, type TestSystem, until } from './test-system.ts'

/** The executors of the person who runs the tests are left alone. */
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

async function running(): Promise<TestSystem> {
  const system = await openTestSystem()
  onTestFinished(() => system.close())
  await system.start('broker')
  await system.start('executor')
  return system
}

const run = (args: string, home?: string, answers: readonly string[] = []) =>
  keyside(args.split(' '), {
    answers,
    env: {
      PATH: process.env['PATH'],
      HOME: user,
      ...(home !== undefined && { KEYSIDE_HOME: home }),
    },
  })

const pidOf = (home: string) => {
  const found = executorAt(home)
  return found.executor === 'none' ? undefined : found.note.pid
}

test('halts that of KEYSIDE_HOME alone, else every one of this user, and each is let go by its name', async () => {
  const [one, other] = await Promise.all([running(), running()])
  const alone = await run('halt --sell --json', one.home)
  expect(alone.code, alone.stdout).toBe(0)
  expect(JSON.parse(alone.stdout)).toMatchObject({
    halted: 'yes',
    executors: [{ home: one.home, outcome: 'halted', answer: { positions: 'sell', held: [] } }],
  })
  expect([isHalted(one.home), isHalted(other.home)]).toEqual([true, false])
  const { code, stdout } = await run('halt')
  expect(code, stdout).toBe(0)
  for (const { home } of [one, other]) {
    expect(stdout).toContain(`Halted: the executor of ${home} (process ${pidOf(home)},`)
    expect(isHalted(home)).toBe(true)
  }
  const unsure = await run('unhalt --yes')
  expect(unsure).toMatchObject({ code: 3, stderr: expect.stringContaining('executor_ambiguous') })
  const asked = await run('unhalt', undefined, ['n', 'n'])
  expect(asked).toMatchObject({ code: 3, stderr: expect.stringContaining('(not_confirmed)') })
  for (const { home } of [one, other]) expect(asked.stderr).toContain(home)
  expect((await run('unhalt --yes', one.home)).stdout).toMatch(/^Unhalted: .* trades again\.\n$/)
  expect([isHalted(one.home), isHalted(other.home)]).toEqual([false, true])
  expect((await run('unhalt --yes')).stdout).toContain(other.home)
  expect([isHalted(one.home), isHalted(other.home)]).toEqual([false, false])
  expect((await run('unhalt --yes')).stdout).toBe('Nothing is halted.\n')
})

test('one that hangs is ended, said to be, and starts halted', async () => {
  const system = await running()
  const pid = pidOf(system.home) ?? 0
  process.kill(pid, 'SIGSTOP')
  expect((await run('unhalt --yes', system.home)).stderr).toContain('(executor_silent)')
  const { code, stdout } = await run('halt', system.home)
  expect(code, stdout).toBe(0)
  expect(stdout).toMatch(new RegExp(`^Ended: .*process ${pid},.*was killed`))
  expect(pidOf(system.home)).toBeUndefined()
  await system.start('executor')
  const again = await run('halt', system.home)
  expect(again.stdout).toMatch(/^Halted: /)
})

test('where none runs it says so, and leaves the request for the next one', async () => {
  const system = await openTestSystem()
  onTestFinished(() => system.close())
  const { code, stdout } = await run('halt', system.home)
  expect(code).toBe(1)
  expect(stdout).toMatch(/^Nothing was halted: no executor runs in .*\n.*starts halted\.\n$/)
  expect(existsSync(haltFile(system.home))).toBe(true)
  await system.start('executor')
  expect(isHalted(system.home)).toBe(true)
  await system.kill('executor')
  expect((await run('unhalt --yes', system.home)).stdout).toContain('when it is started')
  expect(isHalted(system.home)).toBe(false)
})

test('a home that is none is refused, is not made, and the true one is named', async () => {
  const nowhere = join(user, 'nosuch')
  const alone = await run('halt', nowhere)
  expect(alone).toMatchObject({ code: 3, stdout: '' })
  expect(alone.stderr).toMatch(
    /nothing was halted: .*nosuch is no home that trades.*\(home_missing\)/,
  )
  expect((await run('unhalt --yes', nowhere)).stderr).toContain('(home_missing)')
  const system = await running()
  expect((await run('halt', nowhere)).stderr).toContain(system.home)
  expect(existsSync(nowhere)).toBe(false)
  expect(isHalted(system.home)).toBe(false)
})

test('a home without an executor, such as a provider has, is refused, and no request is left there', async () => {
  const home = join(user, 'provider')
  mkdirSync(home)
  writeFileSync(join(home, 'config.yaml'), 'broker: {}\nengine: {}\n', { mode: 0o600 })
  for (const command of ['halt', 'unhalt --yes']) {
    const refused = await run(command, home)
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('(home_missing)') })
  }
  expect(existsSync(haltFile(home))).toBe(false)
  // What cannot be read may be one that trades.
  writeFileSync(join(home, 'config.yaml'), 'executor: [', { mode: 0o600 })
  expect((await run('halt', home)).stdout).toContain('starts halted')
})

test('with no executor and no home at all, nothing is said to be halted', async () => {
  const { code, stdout, stderr } = await run('halt')
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  expect(stderr).toMatch(/nothing was halted: .*\(executor_not_found\)/)
  expect(existsSync(join(user, '.keyside'))).toBe(false)
})

test('finds the sandbox of npm start, halts it, and lets it go on', async () => {
  const env = { PATH: process.env['PATH'], HOME: user, TMPDIR: user }
  const child: ChildProcess = spawn(process.execPath, [MAIN, 'up', '--sandbox'], { env })
  const ended = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await ended
  })
  let printed = ''
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => (printed += line))
  await until('a sandbox', () => printed.includes('Open the chat'))
  const { code, stdout } = await run('halt')
  expect(code, stdout).toBe(0)
  expect(stdout).toMatch(/^Halted: the executor of .*keyside-sandbox-.*\n/)
  expect((await run('unhalt --yes')).stdout).toMatch(/^Unhalted: .*keyside-sandbox-.* trades again/)
})
