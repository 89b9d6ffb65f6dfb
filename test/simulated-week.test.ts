// The short form of `npm run service-week -- --simulated`: each of its troubles once, an hour a day.
import { expect, test } from 'vitest'
import { simulatedWeek } from './simulated-week.ts'

test('through reboots, a lost network, a full disk, an upgrade and the way back, each position is bought once, protected and sold', async () => {
  const week = await simulatedWeek({ hours: 7, tradesAnHour: 1 })
  expect(week).toMatchObject({ bought: 7, sold: 7 })
  expect(week.heap).toHaveLength(7)
})
