// What is wrong is told when it begins and when it ends, once, whoever sees it and however often.
import { expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'
import { lastingDue } from './conditions.ts'

test('what the shell sees is told once when it begins and once when it ends, over a restart too', () => {
  const executor = new TestExecutor()
  const disk = (is: 'so' | 'not so') =>
    executor.take({
      type: 'condition',
      condition: { code: 'disk_low', about: '' },
      is,
      detail: '412 MiB are free',
    })
  for (const is of ['not so', 'so', 'so'] as const) disk(is)
  executor.crash()
  for (const is of ['so', 'not so', 'not so'] as const) disk(is)
  const told = executor.reports.flatMap(({ event }) => (event.type === 'notice' ? [event] : []))
  expect(told).toMatchObject([
    { level: 'warning', code: 'disk_low', message: expect.stringContaining('(412 MiB are free)') },
    { level: 'info', code: 'disk_room' },
  ])
})

test('what has lasted no minute yet is looked at again by itself, and no moment that is past is left to wait for', async () => {
  const executor = new TestExecutor()
  executor.exchange.paused = { why: 'too_many', until: executor.clock.now() + 3_600_000 }
  executor.take({ type: 'tick' })
  expect(lastingDue(executor.state())).toEqual([executor.clock.now() + 60_000])
  await executor.clock.advance(60_000)
  expect(executor.told()).toContain('notice exchange_limited')
  expect(lastingDue(executor.state())).toEqual([])
})
