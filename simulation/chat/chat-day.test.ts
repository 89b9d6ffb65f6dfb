// Telegram fails a third of the time, and for a while altogether; the bot is killed three times.
import { expect, test } from 'vitest'
import { runDay } from './day.ts'
import { duplicates, judge, sameOrders } from './judge.ts'

const SEED = 3
/** A day by `npm run chat-days`. */
const HOURS = 2

test('every message is in the chat once, as it is to look, each sale as an answer to its trade, and no order waits for Telegram', async () => {
  const calm = await runDay({ seed: SEED, hours: HOURS, failing: 0 })
  const stormy = await runDay({ seed: SEED, hours: HOURS, failing: 1 / 3 })
  expect([...judge(calm), ...judge(stormy), ...sameOrders(calm, stormy)]).toEqual([])
  for (const trouble of ['reset', 'lost-answer', 'hang', '500', 'html-502', '429', '401'])
    expect(stormy.server.failed.get(trouble), trouble).toBeGreaterThan(20)
  expect(stormy.direct.length).toBeGreaterThan(4)
  expect(stormy.approved.length).toBeGreaterThan(2)
  expect(duplicates(stormy)).toBe(0)
})
