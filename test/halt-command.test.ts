// `keyside halt` and `keyside unhalt` beside executors as real processes, however those were started.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { executorAt, haltFile, isHalted } from '@keyside/executor'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { keyside } from './keyside.ts'
import { openWorld, until, type World } from './world.ts'

const MAIN = join(import.meta.dirname, '..', 'cli', 'main.ts')

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

async function running(): Promise<World> {
  const world = await openWorld()
  onTestFinished(() => world.close())
  await world.start('broker')
  await world.start('executor')
  return world
}

const run = (args: string, home?: string) =>
  keyside(args.split(' '), {
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
  expect((await run('unhalt --yes', one.home)).stdout).toMatch(/^Unhalted: .* trades again\.\n$/)
  expect([isHalted(one.home), isHalted(other.home)]).toEqual([false, true])
  expect((await run('unhalt --yes')).stdout).toContain(other.home)
  expect([isHalted(one.home), isHalted(other.home)]).toEqual([false, false])
  expect((await run('unhalt --yes')).stdout).toBe('Nothing is halted.\n')
})

test('one that hangs is ended, said to be, and starts halted', async () => {
  const world = await running()
  const pid = pidOf(world.home) ?? 0
  process.kill(pid, 'SIGSTOP')
  expect((await run('unhalt --yes', world.home)).stderr).toContain('(executor_silent)')
  const { code, stdout } = await run('halt', world.home)
  expect(code, stdout).toBe(0)
  expect(stdout).toMatch(new RegExp(`^Ended: .*process ${pid},.*was killed`))
  expect(pidOf(world.home)).toBeUndefined()
  await world.start('executor')
  const again = await run('halt', world.home)
  expect(again.stdout).toMatch(/^Halted: /)
})

test('where none runs it says so, and leaves the request for the next one', async () => {
  const world = await openWorld()
  onTestFinished(() => world.close())
  const { code, stdout } = await run('halt', world.home)
  expect(code).toBe(1)
  expect(stdout).toMatch(/^Nothing was halted: no executor runs in .*\n.*starts halted\.\n$/)
  expect(existsSync(haltFile(world.home))).toBe(true)
  await world.start('executor')
  expect(isHalted(world.home)).toBe(true)
  await world.kill('executor')
  expect((await run('unhalt --yes', world.home)).stdout).toContain('when it is started')
  expect(isHalted(world.home)).toBe(false)
})

test('a home that is none is refused, is not made, and the true one is named', async () => {
  const nowhere = join(user, 'nosuch')
  const alone = await run('halt', nowhere)
  expect(alone).toMatchObject({ code: 3, stdout: '' })
  expect(alone.stderr).toMatch(/nothing was halted: .*nosuch is no Keyside home.*\(home_missing\)/)
  const world = await running()
  expect((await run('halt', nowhere)).stderr).toContain(world.home)
  expect(existsSync(nowhere)).toBe(false)
  expect(isHalted(world.home)).toBe(false)
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
