// The selftest passes on a working system, and names the hop where a broken one fails.
import { createHmac } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { acceptPolicy } from '@keyside/executor'
import { HOPS, type Hop, makeSigningKey, systemClock, systemRandomBytes } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import type { Program } from '../cli/programs/program-names.ts'
import type { Supervisor } from '../cli/programs/supervisor.ts'
import type { Sandbox } from '../cli/sandbox/sandbox.ts'
import { selftest, type Tampering } from '../cli/sandbox/selftest.ts'
import { keyside } from './keyside.ts'
import { until } from './test-system.ts'

const printed = z.strictObject({
  ok: z.boolean(),
  filled: z.number(),
  hops: z.array(z.strictObject({ name: z.string(), ms: z.number() })),
})

test('exits with 0 when one signal went through all hops and filled one order', async () => {
  const { PATH } = process.env
  const { code, stdout } = await keyside(['selftest', '--json'], { env: { PATH } })
  const { ok, filled, hops } = printed.parse(JSON.parse(stdout))
  expect({ code, ok, filled }).toEqual({ code: 0, ok: true, filled: 1 })
  expect(hops.map(({ name }) => name)).toEqual(HOPS)
  const times = hops.map(({ ms }) => ms)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
})

interface Break {
  readonly name: string
  readonly tampering: Tampering
  /** In the log of the executor or in the chat: once it stands there, nothing more is waited for. */
  readonly tells?: RegExp
  readonly timeoutMs?: number
  readonly error: RegExp
  readonly filled: number
}

const BREAKS: readonly Break[] = [
  {
    name: 'an engine that signs with another key',
    tampering: {
      home: (home) => {
        const key = join(home, 'engine/engine.key')
        rmSync(key)
        makeSigningKey(key, systemRandomBytes)
      },
    },
    timeoutMs: 30_000,
    error: /^between "published" \(engine\) and "received" \(executor\): .*the chat says/,
    filled: 0,
  },
  {
    name: 'a policy that does not allow the market, with the reason of the executor',
    tampering: {
      home: (home) => {
        const policy = join(home, 'policy.yaml')
        const text = readFileSync(policy, 'utf8')
        writeFileSync(policy, text.replace('markets: [BTC/USDT]', 'markets: [ETH/USDT]'))
        // As if it were the first: a change of the sandbox's own would only count tomorrow.
        rmSync(join(home, 'executor/journal.db'))
        acceptPolicy({ home }, systemClock.now())
      },
    },
    tells: /Entry not taken/,
    error: /^between "journaled" \(executor\) and "policy" \(executor\): .*market/,
    filled: 0,
  },
  {
    name: 'a broker that dies on the way',
    tampering: { programs: killAt('journaled', 'broker') },
    error: /^between "policy" .* and "approved" \(bot\): the broker ended by itself/,
    filled: 0,
  },
  {
    name: 'an exchange that answers orders with a page',
    tampering: {
      sandbox: ({ exchange }) => exchange.faults.arm({ name: 'html-502', count: 1_000 }),
    },
    tells: /Nobody knows yet/,
    error: /^between "sent" \(executor\) and "accepted" \(executor\): .*the chat says/,
    filled: 0,
  },
  {
    name: 'a Telegram that refuses the bot',
    tampering: { sandbox: ({ telegram }) => telegram.faults.arm({ name: '401', count: 1_000 }) },
    timeoutMs: 12_000,
    error: /^before "candle" \(engine\): waited 12 s .*claim code.*the bot warned: .*token/,
    filled: 0,
  },
  {
    name: 'a second order, whoever placed it',
    tampering: { sandbox: buyBehindItsBack },
    error: /^after "notified" \(bot\): expected exactly one filled order, the exchange has 2$/,
    filled: 2,
  },
]

test.concurrent.for(BREAKS)('notices $name', async (broken, context) => {
  const { tampering, tells, error, filled } = broken
  const stop = new AbortController()
  let log = ''
  const result = await selftest({
    ...(broken.timeoutMs !== undefined && { timeoutMs: broken.timeoutMs }),
    stop: stop.signal,
    home: (home) => tampering.home?.(home),
    sandbox: (sandbox) => {
      const chat = () => JSON.stringify(sandbox.telegram.chat().messages())
      const look = setInterval(() => tells?.test(log + chat()) && stop.abort(), 50)
      context.onTestFinished(() => clearInterval(look))
      return tampering.sandbox?.(sandbox)
    },
    programs: (supervisor) => {
      supervisor.children.get('executor')?.process.stdout?.on('data', (text) => (log += text))
      tampering.programs?.(supervisor)
    },
  })
  expect(result).toMatchObject({ ok: false, filled, error: expect.stringMatching(error) })
})

test('Ctrl-C ends it, and leaves nothing behind', async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'keyside-ctrl-c-'))
  onTestFinished(() => rmSync(temporary, { recursive: true, force: true }))
  const env = { PATH: process.env['PATH'], TMPDIR: temporary }
  const homes = () => readdirSync(temporary).filter((name) => name.startsWith('keyside-'))
  let interrupted: Promise<unknown> | undefined
  const { code } = await keyside(['selftest'], {
    env,
    look: (child) => {
      interrupted = until('a home with a running bot', () =>
        homes().some((name) => existsSync(join(temporary, name, 'run/bot.alive'))),
      ).then(() => child.kill('SIGINT'))
    },
  })
  await interrupted
  expect(code).toBe(1)
  expect(homes()).toEqual([])
})

/** Kills a program when the executor logs that the signal has passed this hop. */
function killAt(hop: Hop, program: Program): (supervisor: Supervisor) => void {
  return ({ children }) =>
    children.get('executor')?.process.stdout?.on('data', (text) => {
      if (String(text).includes(`"hop":"${hop}"`)) children.get(program)?.process.kill('SIGKILL')
    })
}

async function buyBehindItsBack({ exchange, secrets }: Sandbox): Promise<void> {
  const query = `symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.001&timestamp=${Date.now()}`
  const signature = createHmac('sha256', secrets.secret).update(query).digest('hex')
  await fetch(`${exchange.address}/api/v3/order?${query}&signature=${signature}`, {
    method: 'POST',
    headers: { 'X-MBX-APIKEY': secrets.apiKey },
  })
}
