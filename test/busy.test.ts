// A backup holds a database for some seconds while programs start and commands run: all of them wait for it.
import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { keyside } from './keyside.ts'
import { openTestSystem, type TestSystem, UNASKED_POLICY } from './test-system.ts'

let system: TestSystem
beforeAll(async () => {
  system = await openTestSystem({ policy: UNASKED_POLICY })
  await system.start('broker')
})
afterAll(() => system.close())

/** Another program that writes, from when this resolves for three seconds. */
async function hold(database: string): Promise<void> {
  const worker = new Worker(
    `const { DatabaseSync } = require('node:sqlite')
     const { parentPort, workerData } = require('node:worker_threads')
     const db = new DatabaseSync(workerData)
     db.exec('BEGIN IMMEDIATE')
     parentPort.postMessage('held')
     setTimeout(() => { db.close() }, 3000)`,
    { eval: true, workerData: join(system.home, database) },
  )
  onTestFinished(async () => void (await worker.terminate()))
  await once(worker, 'message')
}

test.each([
  ['engine', 'engine/engine.db'],
  ['executor', 'executor/journal.db'],
  ['bot', 'bot/bot.db'],
] as const)(
  'the %s starts while its database is held, and is at work',
  async (program, database) => {
    if (program !== 'executor') {
      // The file must exist before it can be locked.
      const child = await system.start(program)
      child.process.kill('SIGTERM')
      await child.exited
    }
    await hold(database)
    const child = await system.start(program)
    expect(child.process.exitCode).toBeNull()
  },
)

test.each(['policy accept --yes', 'policy check', 'journal list', 'journal verify', 'doctor'])(
  'keyside %s waits for a lock',
  async (command) => {
    await hold('executor/journal.db')
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], KEYSIDE_HOME: system.home }
    const { stderr } = await keyside(command.split(' '), { env, answers: [system.passphrase] })
    expect(stderr).not.toMatch(/database|journal_damaged|unexpected| {4}at /)
  },
)
