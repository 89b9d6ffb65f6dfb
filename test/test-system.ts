// A whole system for one test: a sandbox, a home of its own, and programs as real processes.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, systemRandomBytes } from '@keyside/runtime'
import { CALM, type InstrumentSetup, type WaveShape } from '@keyside/sandbox'
import { parse, stringify } from 'yaml'
import { type Child, startChild, stopChildren } from '../cli/programs/children.ts'
import type { Message } from '../cli/programs/messages.ts'
import type { Program } from '../cli/programs/program-names.ts'
import { childCommand } from '../cli/programs/walled-command.ts'
import {
  newSandboxSecrets,
  type Sandbox,
  type SandboxSecrets,
  startSandbox,
} from '../cli/sandbox/sandbox.ts'
import { makeSandboxHome } from '../cli/sandbox/sandbox-home.ts'
import type { SandboxAccount } from '../cli/sandbox/venue-option.ts'

export interface TestSystemOptions {
  readonly policy?: string
  readonly wave?: WaveShape
  readonly instruments?: readonly InstrumentSetup[]
  readonly logLevel?: string
  readonly venue?: SandboxAccount
  /** Another key of the account at its exchange. */
  readonly nextKey?: Pick<SandboxSecrets, 'apiKey' | 'secret'>
  /** Before anything is started: where the orders of its executor go. */
  readonly exchange?: (sandbox: Sandbox) => object
}

export interface TestSystem {
  readonly home: string
  readonly sandbox: Sandbox
  readonly passphrase: string
  /** Every log line of every program, with the program's name. */
  readonly lines: readonly string[]
  /** Messages of the programs to their parent. */
  readonly messages: readonly (Message & { program: Program })[]
  start(program: Program): Promise<Child>
  /** SIGKILL, and until it is gone. */
  kill(program: Program): Promise<void>
  close(): Promise<void>
}

/** BTC/USDT only, nothing asked, wide limits: for tests that do not press buttons. */
export const UNASKED_POLICY = `version: 1
currency: USDT
markets: [BTC/USDT]
streams:
  home/demo: { allocation: 5000 }
limits:
  order: 1000
  day: 500000
  orders_per_minute: 600
  orders_per_day: 10000
  round_trips: 1000
  day_loss: 100000
  drawdown: 100000
collar: 0.5 %
reentry_cooldown: never
max_signal_age: 10s
approval: never
max_stop_distance: optional
fat_finger: 1000
duplicate_window: never
`

export async function openTestSystem(options: TestSystemOptions = {}): Promise<TestSystem> {
  const home = mkdtempSync(join(tmpdir(), 'keyside-system-'))
  const parts = { clock: systemClock, randomBytes: systemRandomBytes }
  const secrets = newSandboxSecrets(systemRandomBytes)
  const sandbox = await startSandbox({
    ...parts,
    secrets,
    wave: options.wave ?? CALM,
    ...(options.venue && { venue: options.venue }),
    ...(options.nextKey && { nextKey: options.nextKey }),
    ...(options.instruments && { instruments: options.instruments }),
  })
  const policy = options.policy === undefined ? {} : { policy: options.policy }
  const { passphrase } = await makeSandboxHome({ home, sandbox, ...parts, ...policy })
  if (options.exchange !== undefined) {
    const file = join(home, 'config.yaml')
    const config = parse(readFileSync(file, 'utf8'))
    config.executor.exchange = options.exchange(sandbox)
    writeFileSync(file, stringify(config))
  }
  const children = new Map<Program, Child>()
  const lines: string[] = []
  const messages: (Message & { program: Program })[] = []
  const start = async (program: Program) => {
    const { logLevel = 'debug' } = options
    const child = startChild(program, childCommand(program, { home, logLevel }, process.env), {
      home,
      ...(program === 'executor' && { passphrase }),
      onLine: (name, line) => lines.push(`${name} ${line}`),
      onMessage: (name, message) => messages.push({ ...message, program: name }),
    })
    children.set(program, child)
    await child.ready
    return child
  }
  return {
    home,
    sandbox,
    passphrase,
    lines,
    messages,
    start,
    kill: async (program) => {
      const child = children.get(program)
      child?.process.kill('SIGKILL')
      await child?.exited
    },
    close: async () => {
      await Promise.all([stopChildren([...children.values()]), sandbox.stop()])
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** Polls until `look` gives something. Rejects with `what` after `ms`. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | null,
  ms = 60_000,
): Promise<T> {
  const deadline = Date.now() + ms
  for (;;) {
    const found = look()
    if (found !== undefined && found !== false && found !== null) return found
    if (Date.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Replaces a file of the home. */
export function rewrite(system: TestSystem, file: string, text: string): void {
  writeFileSync(join(system.home, file), text)
}
