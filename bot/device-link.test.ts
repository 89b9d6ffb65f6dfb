// The device link: what the trader is told of its problems.
import { expect, test } from 'vitest'
import { openFixture } from './testing/fixture.ts'

test('the trader is told when the broker takes the token of the bot no more', async () => {
  const fixture = await openFixture()
  const chat = await fixture.claim()
  // It was good for a day.
  fixture.clock.advance(86_401_000)
  await chat.waitForMessage(({ text }) => text?.includes('I cannot hear your device') === true)
  expect(chat.messages().at(-1)?.text).toContain('keyside init --renew')
})
