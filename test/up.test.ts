// `npm start` as a person uses it: what it prints, that it works, and that nothing is left when it ends.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest'
import { MAIN } from './keyside.ts'
import { buttonOf, openChat } from './open-chat.ts'
import { until } from './test-system.ts'

const root = join(import.meta.dirname, '..')
type CommandLine = readonly [string, readonly string[]]
const UP: CommandLine = [process.execPath, [MAIN, 'up', '--sandbox']]
const NPM_START: CommandLine = ['npm', ['start']]

let user = ''
beforeAll(() => {
  user = mkdtempSync(join(tmpdir(), 'keyside-user-'))
})
afterAll(() => rmSync(user, { recursive: true, force: true }))

let running: ChildProcess | undefined
afterEach(() => {
  if (running?.pid !== undefined && processesOf(running.pid).length > 0)
    process.kill(-running.pid, 'SIGKILL')
})

/** Alone in a process group, as a terminal would start it, with a folder for temporary files of its own. */
function run([program, args]: CommandLine) {
  const temporary = mkdtempSync(join(tmpdir(), 'keyside-up-'))
  onTestFinished(() => rmSync(temporary, { recursive: true, force: true }))
  const env = { PATH: process.env['PATH'], HOME: user, TMPDIR: temporary }
  const child = spawn(program, args, { cwd: root, env, detached: true })
  running = child
  const ended = once(child, 'exit')
  const group = child.pid ?? 0
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      printed += text
    })
  return {
    child,
    group,
    printed: () => printed,
    /** The first group of a match, once it is printed. */
    prints: (pattern: RegExp) =>
      until(`${pattern} in ${printed}`, () => pattern.exec(printed)?.[1], 60_000),
    /** Until no process of it is left. */
    gone: async () => {
      await Promise.all([ended, until('an end', () => processesOf(group).length === 0)])
      return child.exitCode
    },
    /** What it left among the temporary files. Node's own compile cache is not ours. */
    left: () => readdirSync(temporary).filter((name) => name.startsWith('keyside-')),
  }
}

function processesOf(group: number): string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pgid=,pid=,stat=,args='], { encoding: 'utf8' })
  return stdout.split('\n').filter((line) => {
    const [pgid, , state = ''] = line.trim().split(/\s+/)
    return Number(pgid) === group && !state.startsWith('Z')
  })
}

const isOpen = (port: string) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(Number(port), '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

test('npm start leads to a filled order, and Ctrl-C then ends all of it', async () => {
  const up = run(NPM_START)
  const address = await up.prints(/Open the chat: (http:\S+)\/\?start=/)
  const code = await up.prints(/\?start=(\w+)/)
  expect(up.printed()).toMatch(/broker +mqtt:.*\n +\w+ .*\n/)
  // The engine is started when the device listens: the first entry comes within seconds, and only once.
  expect(up.printed()).toMatch(/^ {2}executor .*\n(?:.*\n)*? {2}engine /m)
  expect(up.printed()).toMatch(/Press Approve/)
  expect(up.printed()).toMatch(/Ctrl-C stops everything/)

  const chat = await openChat(address)
  await chat.act('start', { code })
  await chat.find('a greeting', ({ text }) => text?.includes('yours now'))
  const card = await chat.find('a card', (one) => buttonOf(one, /Approve/) !== undefined)
  await chat.act('press', { message_id: card.message_id, data: buttonOf(card, /Approve/) })
  await chat.find('a result', ({ caption }) => caption?.includes('Bought'))
  expect(await chat.warnings(), 'no request deviates from the Bot API').toEqual([])

  const ports = [...up.printed().matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port = '']) => port)
  expect(await Promise.all(ports.map(isOpen))).toEqual([true, true, true])
  process.kill(-up.group, 'SIGINT')
  await up.gone()
  expect(up.left()).toEqual([])
  expect(await Promise.all(ports.map(isOpen))).toEqual([false, false, false])
})

test('SIGTERM to the first process ends all of it with exit code 0, also when it is sent twice', async () => {
  const up = run(UP)
  await up.prints(/(Open the chat)/)
  expect(processesOf(up.group)).toHaveLength(5)
  up.child.kill('SIGTERM')
  const stopped = up.gone()
  await until('the first end', () => processesOf(up.group).length < 5)
  // npm sends on what the whole group has got already.
  up.child.kill('SIGTERM')
  expect(await stopped).toBe(0)
  expect(up.left()).toEqual([])
})

test('Ctrl-C while the programs start leaves nothing and complains of nothing', async () => {
  const up = run(UP)
  await until('a program', () => processesOf(up.group).length > 2)
  process.kill(-up.group, 'SIGINT')
  const code = await up.gone()
  expect(up.printed()).not.toMatch(/Error|ended/)
  expect(code, up.printed()).toBe(0)
  expect(up.left()).toEqual([])
})

test('no program outlives the first process, though it was killed', async () => {
  const up = run(UP)
  await up.prints(/(Open the chat)/)
  up.child.kill('SIGKILL')
  await up.gone()
  expect(processesOf(up.group)).toEqual([])
})

test('a program that ends by itself is started again, is named, and takes no other with it', async () => {
  const up = run(UP)
  await up.prints(/(Open the chat)/)
  const pidOf = (program: string) => {
    const [line = ''] = processesOf(up.group).filter((one) => one.endsWith(`main.js ${program}`))
    return Number(line.trim().split(/\s+/)[1])
  }
  const before = pidOf('engine')
  // The executor's vault opens again, although its passphrase is nowhere but in the first process.
  for (const program of ['broker', 'executor', 'bot']) process.kill(pidOf(program), 'SIGKILL')
  for (const program of ['broker', 'executor', 'bot'])
    await up.prints(new RegExp(`(${program} +ended by itself \\(SIGKILL\\); started again in 1 s)`))
  for (const program of ['broker', 'executor', 'bot'])
    await up.prints(new RegExp(`(${program} +started again: )`))
  expect(pidOf('engine')).toBe(before)
  up.child.kill('SIGTERM')
  expect(await up.gone()).toBe(0)
  expect(up.left()).toEqual([])
})
