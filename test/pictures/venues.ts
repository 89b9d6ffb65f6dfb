// npm run venue-pictures -- FOLDER: a card and its result at the sandbox of each exchange, and on paper, as a phone of
// 360 px shows them. All is real but the market and the chat: a signal, its order, its fills and their fees. So each picture
// is another one each time: somebody looks at them.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { openChromium } from '../chromium.ts'
import { until } from '../test-system.ts'
import { photograph } from './photograph.ts'

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  process.stderr.write('usage: npm run venue-pictures -- FOLDER\n')
  process.exit(3)
}
const MAIN = join(import.meta.dirname, '../../cli/main.js')
const VENUES = ['binance', 'bybit', 'okx', 'paper']
const CARD_MS = 180_000
/** The strategy of the sandbox sells after four minutes at most. */
const SALE_MS = 600_000

const browser = await openChromium()
if (browser === null) process.exit(2)
mkdirSync(folder, { recursive: true })
const { context } = browser
await Promise.all(
  VENUES.map(async (venue) => pictures(venue, await context.newPage(), join(folder, venue))),
)
await browser.close()

async function pictures(venue: string, page: Page, path: string): Promise<void> {
  const child = spawn(process.execPath, [MAIN, 'up', '--sandbox', '--venue', venue], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    printed += text
  })
  try {
    const [url = ''] = await until(
      'the address of the chat',
      () => /http:\S+\/\?start=\w+/.exec(printed),
      CARD_MS,
    )
    await page.goto(url)
    const messages = page.locator('#messages > li')
    const card = messages.filter({ has: page.getByRole('button', { name: 'Approve' }) })
    await card.first().waitFor({ timeout: CARD_MS })
    await keep(page, /May lose/)
    await photograph(page, 0, `${path}-card.png`)
    await card.first().getByRole('button', { name: 'Approve' }).click()
    await messages
      .getByText(/fees included|without fees of/)
      .last()
      .waitFor({ timeout: SALE_MS })
    await page.locator('#text').fill('/status')
    await page.locator('#text').press('Enter')
    await messages
      .getByText(/reachable/)
      .last()
      .waitFor()
    // Not the next card, which may be there already.
    await keep(page, /the answer below|fees included|without fees of|status|reachable/)
    await photograph(page, 0, `${path}-result.png`)
  } finally {
    child.kill('SIGINT')
    await ended
  }
}

/** Takes every other message away. */
async function keep(page: Page, words: RegExp): Promise<void> {
  await page.evaluate(
    `[...document.querySelectorAll('#messages > li')].filter((li) => !${words}.test(li.textContent)).forEach((li) => li.remove())`,
  )
}
