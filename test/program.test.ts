// A program's intent, from the lines in examples/ to a filled order: `keyside program`, real broker, engine and executor.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { ReportEvent } from '@keyside/protocol'
import { createLog, openLink } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { keyside } from './keyside.ts'
import { replaced } from './replaced.ts'
import { scriptedBot } from './scripted-bot.ts'
import { openTestSystem, UNASKED_POLICY, until } from './test-system.ts'

const root = join(import.meta.dirname, '..')
/** Without Python the example for Node sends the entry too. */
const python = ['python3', '/usr/bin/python3'].find(
  (program) => spawnSync(program, ['-c', 'import cryptography']).status === 0,
)
const NODE = [process.execPath, 'examples/intent.mjs'] as const
const PYTHON = python === undefined ? NODE : ([python, 'examples/intent.py'] as const)

async function run([program, script]: readonly [string, string], ...args: readonly string[]) {
  const child = spawn(program, [script, ...args], { cwd: root })
  const said = Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = (await once(child, 'exit')) as [number | null]
  const [stdout, stderr] = await said
  return { code, stdout, stderr }
}

test('an intent of ten lines of Python is bought, and one of Node sells it', async () => {
  const system = await openTestSystem({
    policy: replaced(UNASKED_POLICY, { 'home/demo': 'home/my-model' }),
  })
  onTestFinished(() => system.close())
  const { home } = system
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], KEYSIDE_HOME: home }
  await system.start('broker')
  const bot = await scriptedBot(home)
  onTestFinished(() => bot.close())
  await system.start('executor')
  await system.start('engine')
  const added = await keyside(
    'program add my-model --stream my-model --market BTC/USDT'.split(' '),
    { env },
  )
  expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining('program.key') })
  const folder = join(home, 'programs/my-model')
  await until('the engine takes the program up', () =>
    system.lines.some((line) => line.includes('program in force')),
  )
  const filled = (kind: 'entry' | 'exit') =>
    until(`${kind} filled`, () =>
      [...bot.reports.values()].find(
        (event): event is Extract<ReportEvent, { type: 'order' }> =>
          event.type === 'order' && event.status === 'filled' && event.order.kind === kind,
      ),
    )

  const price = system.sandbox.exchange.market.price('BTC/USDT', Date.now())
  const below = (Number(price) * 0.97).toFixed(2)
  expect(await run(PYTHON, folder, 'entry', price, below, 'p(up) 0.71')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('accepted'),
  })
  const bought = await filled('entry')
  expect(bought.order).toMatchObject({ stream: 'home/my-model', market: 'BTC/USDT', side: 'buy' })
  expect(await run(NODE, folder, 'entry', price, below, 'p(up) 0.72')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('intent_while_long'),
  })
  expect(await run(NODE, folder, 'exit', price, 'p(up) 0.44')).toMatchObject({ code: 0 })
  expect((await filled('exit')).reason).toBe('p(up) 0.44')

  const { client, broker, results } = JSON.parse(readFileSync(join(folder, 'program.json'), 'utf8'))
  const link = openLink({
    ...{ url: broker, clientId: client, subscribe: [results] },
    token: readFileSync(join(folder, 'access.token'), 'utf8').trim(),
    onMessage: () => undefined,
    log: createLog({ program: 'test', level: 'silent' }),
  })
  onTestFinished(() => link.close())
  await link.ready
  const removed = await keyside('program remove my-model --yes'.split(' '), { env })
  expect(removed.code).toBe(0)
  await until('the broker drops its connection', () => !link.connected())
  const listed = await keyside('program list --json'.split(' '), { env })
  expect(JSON.parse(listed.stdout)).toEqual([])
})
