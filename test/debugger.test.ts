// SIGUSR1 makes a bare Node listen for a debugger, and that port allows running code as this user.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startChild, stopChildren } from '../cli/programs/children.ts'
import type { Program } from '../cli/programs/program-names.ts'
import { childCommand } from '../cli/programs/walled-command.ts'
import { readComposeFile, readDockerfile } from './compose-service.ts'
import { MAIN } from './keyside.ts'
import { portsOf } from './ports.ts'
import { openTestSystem, type TestSystem, until } from './test-system.ts'

const EVERY_MS = 15
/** Signals until the passphrase is typed. */
const TYPED_AFTER = 60
const TIMEOUT_MS = 60_000

let system: TestSystem
let user = ''
beforeAll(async () => {
  user = mkdtempSync(join(tmpdir(), 'keyside-debugger-'))
  system = await openTestSystem()
})
afterAll(async () => {
  await system.close()
  rmSync(user, { recursive: true })
})

/** As from a terminal whose environment holds nothing unusual; the input stays open. */
function open(command: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const [program = '', ...args] = command
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter)
  const child = spawn(program, args, {
    env: { PATH: path, HOME: user, KEYSIDE_HOME: system.home, ...env },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      said += text
    })
  const ended = once(child, 'exit')
  onTestFinished(async () => {
    child.stdin.end()
    if (child.exitCode === null && child.kill('SIGTERM')) await ended
  })
  return { child, said: () => said }
}

/**
 * From the first moment on until it is at work, also while it waits for the passphrase, which is typed late. What comes
 * before Node itself is there ends the process, and opens nothing.
 */
async function storm(child: ChildProcess, isReady: () => boolean): Promise<void> {
  const { pid = 0, stdin } = child
  let sent = 0
  await until('a Node', () => isListenedFor(pid))
  const signals = setInterval(() => {
    if (child.exitCode === null && child.signalCode === null) process.kill(pid, 'SIGUSR1')
    sent += 1
    if (sent === TYPED_AFTER && stdin?.writable) stdin.write(`${system.passphrase}\n`)
  }, EVERY_MS)
  await until('a program at work', isReady, TIMEOUT_MS).finally(() => clearInterval(signals))
}

/** Whether the signal is caught or ignored by now: SigIgn and SigCgt of proc_pid_status(5). */
function isListenedFor(pid: number): boolean {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const masks = [...status.matchAll(/^Sig(?:Ign|Cgt):\s+([0-9a-f]+)$/gm)]
  return masks.some(([, mask = '0']) => (BigInt(`0x${mask}`) >> 9n) & 1n)
}

/** The line that each prints when it is ready. */
const READY = {
  broker: /mqtt:\/\//,
  engine: /signed signals/,
  executor: /keys in the encrypted vault/,
  bot: /Telegram commands/,
} satisfies Partial<Record<Program, RegExp>>
type Own = keyof typeof READY
/** An authority is a provider's: this home has none. */
const OWN = Object.keys(READY) as Own[]
const DEBUGGER = /debugger|inspector/i
/** A debugger that was asked for opens within so long, ms. */
const OPENS_MS = 300

async function expectShut(child: ChildProcess, said: () => string, own: number[]): Promise<void> {
  const before = said().length
  process.kill(child.pid ?? 0, 'SIGUSR1')
  await new Promise((resolve) => setTimeout(resolve, OPENS_MS))
  expect(said().slice(before)).not.toMatch(DEBUGGER)
  expect(
    portsOf(child.pid).filter((port) => !own.includes(port)),
    said(),
  ).toEqual([])
  expect([child.exitCode, child.signalCode]).toEqual([null, null])
  // Nor does a dump of it hold what a debugger would see: core(5).
  expect(readFileSync(`/proc/${child.pid}/coredump_filter`, 'utf8').trim()).toBe('00000000')
}

const linux = (name: string, run: () => Promise<void>) =>
  test.runIf(process.platform === 'linux')(name, run, 3 * TIMEOUT_MS)

linux('a program alone opens none, neither early nor late, and not while it waits', async () => {
  for (const program of OWN) {
    const { child, said } = open([MAIN, program])
    await storm(child, () => READY[program].test(said()))
    expect(said(), program).not.toMatch(DEBUGGER)
    await expectShut(child, said, program === 'broker' ? portsOf(child.pid) : [])
  }
})

linux('keyside up opens none', async () => {
  const { child, said } = open([MAIN, 'up'])
  await storm(child, () => said().includes('Ctrl-C stops everything'))
  expect(said()).not.toMatch(DEBUGGER)
  await expectShut(child, said, [])
})

linux('nor does any program that it starts, from the first moment on', async () => {
  let lines = ''
  const children = OWN.map((program) =>
    startChild(program, childCommand(program, { home: system.home }, process.env), {
      home: system.home,
      ...(program === 'executor' && { passphrase: system.passphrase }),
      onLine: (_, line) => {
        lines += line
      },
    }),
  )
  onTestFinished(() => stopChildren(children))
  await Promise.all(
    children.map(({ program, process: one }) =>
      storm(one, () => READY[program as Own].test(lines)),
    ),
  )
  expect(lines).not.toMatch(DEBUGGER)
})

linux('without the flag, one asked for early or by the environment is shut again', async () => {
  const env = { NODE_OPTIONS: '--inspect=127.0.0.1:0' }
  // A program alone begins once more with the flag; a signal that comes in between ends it, and opens nothing.
  const { child, said } = open([process.execPath, MAIN, 'up'], env)
  await storm(child, () => said().includes('Ctrl-C stops everything'))
  await until('none', () => portsOf(child.pid).length === 0)
  await expectShut(child, said, [])
})

test('the image starts with the flag', () => {
  const { broker } = readComposeFile().services
  expect(broker && readDockerfile(broker).entrypoint).toContain('--disable-sigusr1')
})
