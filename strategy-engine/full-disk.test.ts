// A disk that takes nothing more, as SQLite itself says it: the engine ends, and whoever started it begins it anew.
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startFixture, T0 } from './testing/fixture.ts'
import { startWithProgram } from './testing/program.ts'
import { candles } from './testing/rules.ts'

const FULL = { code: 'file_refused', message: expect.stringContaining('the disk is full') }

/** For the engine that is begun next: from the call on its database may not grow. */
function diskOfEngine(): () => void {
  const exec = vi.spyOn(DatabaseSync.prototype, 'exec')
  onTestFinished(() => exec.mockRestore())
  return () => {
    const [own] = exec.mock.contexts.filter(
      (one): one is DatabaseSync =>
        one instanceof DatabaseSync && one.location()?.endsWith('engine.db') === true,
    )
    own?.exec('PRAGMA max_page_count = 1')
  }
}

/** Until a page is full, SQLite finds room in it. */
async function untilItFails(
  failed: Promise<never>,
  step: () => Promise<unknown>,
): Promise<unknown> {
  let thrown: unknown
  failed.catch((error: unknown) => {
    thrown = error
  })
  for (let tries = 0; thrown === undefined && tries < 40; tries += 1) await step()
  return thrown
}

test('an engine whose strategies cannot be stored has failed', async () => {
  const fill = diskOfEngine()
  const prices = Array.from({ length: 41 }, (_, at) => (at % 2 === 0 ? 106 : 90))
  const { engine, close } = await startFixture(candles([100, ...prices], T0 - 120), { past: 1 })
  fill()
  expect(await untilItFails(engine.failed, close)).toMatchObject(FULL)
})

test('an engine whose programs cannot be stored has failed', async () => {
  const fill = diskOfEngine()
  const { engine, claims, exit, send } = await startWithProgram()
  fill()
  let isLong = false
  const step = async () => {
    const { do: answer } = await send(isLong ? exit() : claims())
    if (answer === 'accepted') isLong = !isLong
  }
  expect(await untilItFails(engine.failed, step)).toMatchObject(FULL)
})
