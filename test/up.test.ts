// `npm start` as a person uses it: what it prints, that it works, and that nothing is left when it ends.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { until } from './world.ts'

const root = join(import.meta.dirname, '..')
type CommandLine = readonly [string, readonly string[]]
const UP: CommandLine = [process.execPath, [join(root, 'cli/main.ts'), 'up', '--sandbox']]
const NPM_START: CommandLine = ['npm', ['start']]
const STOP_MS = 1_000

let running: ChildProcess | undefined
afterEach(() => {
  if (running?.pid !== undefined && processesOf(running.pid).length > 0)
    process.kill(-running.pid, 'SIGKILL')
})

/** Alone in a process group, as a terminal would start it, with a folder for temporary files of its own. */
function run([program, args]: CommandLine) {
  const temporary = mkdtempSync(join(tmpdir(), 'keyside-up-'))
  onTestFinished(() => rmSync(temporary, { recursive: true, force: true }))
  const env = { PATH: process.env['PATH'], HOME: temporary, TMPDIR: temporary }
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
      until(`${pattern} in ${printed}`, () => pattern.exec(printed)?.[1], 20_000),
    /** Until no process of it is left. */
    gone: async () => {
      const begun = performance.now()
      await Promise.all([ended, until('an end', () => processesOf(group).length === 0)])
      return { code: child.exitCode, ms: performance.now() - begun }
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

const message = z.looseObject({
  message_id: z.number(),
  text: z.string().optional(),
  caption: z.string().optional(),
  reply_markup: z
    .looseObject({
      inline_keyboard: z.array(
        z.array(z.looseObject({ text: z.string(), callback_data: z.string() })),
      ),
    })
    .optional(),
})
type ChatMessage = z.infer<typeof message>
const event = z.looseObject({ type: z.string(), message: message.optional() })

/** The chat as a page that stays open sees it; `messages` in their newest state, from now on. */
async function openChat(address: string) {
  const messages = new Map<number, ChatMessage>()
  const { body } = await fetch(`${address}/sandbox/chat/me/events`)
  const read = async () => {
    let text = ''
    for await (const part of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const lines = (text + part).split('\n')
      text = lines.pop() ?? ''
      for (const line of lines.filter((one) => one.startsWith('data: '))) {
        const changed = event.parse(JSON.parse(line.slice(6))).message
        if (changed !== undefined) messages.set(changed.message_id, changed)
      }
    }
  }
  // The sandbox ends the connection when it stops.
  read().catch(() => undefined)
  return {
    find: (what: string, fits: (one: ChatMessage) => boolean | undefined, ms = 30_000) =>
      until(what, () => [...messages.values()].find(fits), ms),
    act: (action: string, body: unknown) => post(`${address}/sandbox/chat/me/${action}`, body),
  }
}

async function post(url: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  expect(answer.status, url).toBe(200)
}

const isOpen = (port: string) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(Number(port), '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

test('npm start leads to a filled order, and Ctrl-C then ends all of it within a second', async () => {
  const up = run(NPM_START)
  const address = await up.prints(/Open the chat: (http:\S+)\/\?start=/)
  const code = await up.prints(/\?start=(\w+)/)
  expect(up.printed()).toMatch(/broker +mqtt:.*\n +\w+ .*\n/)
  expect(up.printed()).toMatch(/Press Approve/)
  expect(up.printed()).toMatch(/Ctrl-C stops everything/)

  const chat = await openChat(address)
  await chat.act('start', { code })
  await chat.find('a greeting', ({ text }) => text?.includes('yours now'))
  const { message_id, reply_markup } = await chat.find(
    'a card',
    (one) => one.reply_markup !== undefined,
  )
  const approve = reply_markup?.inline_keyboard.flat().find(({ text }) => /Approve/.test(text))
  await chat.act('press', { message_id, data: approve?.callback_data })
  await chat.find('a result', ({ caption }) => caption?.includes('Bought'))

  const ports = [...up.printed().matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port = '']) => port)
  expect(await Promise.all(ports.map(isOpen))).toEqual([true, true, true])
  process.kill(-up.group, 'SIGINT')
  expect((await up.gone()).ms).toBeLessThan(STOP_MS)
  expect(up.left()).toEqual([])
  expect(await Promise.all(ports.map(isOpen))).toEqual([false, false, false])
}, 90_000)

test('SIGTERM to the first process ends all of it with exit code 0, also when it is sent twice', async () => {
  const up = run(UP)
  await up.prints(/(Open the chat)/)
  expect(processesOf(up.group)).toHaveLength(5)
  up.child.kill('SIGTERM')
  const stopped = up.gone()
  await until('the first end', () => processesOf(up.group).length < 5)
  // npm sends on what the whole group has got already.
  up.child.kill('SIGTERM')
  const { code, ms } = await stopped
  expect(code).toBe(0)
  expect(ms).toBeLessThan(STOP_MS)
  expect(up.left()).toEqual([])
})

test('Ctrl-C while the programs start leaves nothing and complains of nothing', async () => {
  const up = run(UP)
  await until('a program', () => processesOf(up.group).length > 2)
  process.kill(-up.group, 'SIGINT')
  const { code } = await up.gone()
  expect(up.printed()).not.toMatch(/Error|ended/)
  expect(code, up.printed()).toBe(0)
  expect(up.left()).toEqual([])
})

test('no program outlives the first process, though it was killed', async () => {
  const up = run(UP)
  await up.prints(/(Open the chat)/)
  up.child.kill('SIGKILL')
  expect((await up.gone()).ms).toBeLessThan(STOP_MS)
})

test('a program that ends by itself ends the others, and is named', async () => {
  const up = run(UP)
  await up.prints(/(Open the chat)/)
  const [broker = ''] = processesOf(up.group).filter((line) => line.endsWith('main.ts broker'))
  process.kill(Number(broker.trim().split(/\s+/)[1]), 'SIGKILL')
  expect((await up.gone()).code).toBe(1)
  expect(up.printed()).toMatch(/broker ended by itself/)
  expect(up.left()).toEqual([])
})
