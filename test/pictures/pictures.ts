// The main screens of the chat as a phone of 360 px shows them, from the chat page of the sandbox: written to docs/pictures.
// Bot, broker, outbox and charts are real; the device is scripted, and time stands still, so that they are the same each time.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type ChatPlayer, manualClock, stoppedClock } from '@keyside/sandbox'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { allSent, type BotFixture, openFixture } from '../../bot/testing/fixture.ts'
import { type Chromium, openChromium } from '../chromium.ts'
import { photograph } from './photograph.ts'
import { NOW, SCREENS, type Screen } from './screens.ts'

const FOLDER = join(import.meta.dirname, '../../docs/pictures')

let browser: Chromium | null = null

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true })
  browser = await openChromium()
})
afterAll(() => browser?.close())

test.for(SCREENS.map((screen) => [screen.name, screen] as const))('%s', async ([name, screen]) => {
  const page = (await browser?.context.newPage()) ?? expect.fail('there is no Chromium')
  const clock = manualClock(stoppedClock(NOW))
  const fixture = await openFixture({ clock, ...(screen.engine && { engine: screen.engine }) })
  const chat = await fixture.claim()
  await allSent(fixture)
  // Waiting has turned the clock by as much as it took.
  clock.set(NOW + 20_000)
  const before = chat.messages().length
  await screen.play({ ...fixture, chat, clock })
  await allSent(fixture)
  await show(page, fixture, chat, { before, screen })
  await page.close()
  expect(name).toBe(screen.name)
})

/** Of what came after the first `before` messages. */
async function show(
  page: Page,
  { telegram }: BotFixture,
  chat: ChatPlayer,
  { before, screen }: { readonly before: number; readonly screen: Screen },
): Promise<void> {
  await page.emulateMedia({ colorScheme: screen.theme ?? 'light' })
  await page.goto(telegram.chatUrl)
  const bubbles = page.locator('#messages > li')
  await expect.poll(() => bubbles.count()).toBe(chat.messages().length)
  const areShown =
    "[...document.querySelectorAll('#messages img')].every((one) => one.naturalWidth > 0)"
  await expect.poll(() => page.evaluate(areShown)).toBe(true)
  await photograph(page, before, join(FOLDER, `${screen.name}.png`))
}
