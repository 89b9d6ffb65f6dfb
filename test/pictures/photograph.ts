// A picture of the chat page as a phone of 360 px shows it.
import type { Page } from 'playwright-core'

const WIDTH = 360
/** Of a phone; a conversation that is longer is shown whole. */
const HEIGHT = 640

/** Of what came after the first `before` messages. */
export async function photograph(page: Page, before: number, path: string): Promise<void> {
  await page.setViewportSize({ width: WIDTH, height: HEIGHT })
  await page.evaluate(
    `[...document.querySelectorAll('#messages > li')].slice(0, ${before}).forEach((li) => li.remove())`,
  )
  const hidden = await page.evaluate(
    "(() => { const { scrollHeight, clientHeight } = document.querySelector('#scroller'); return scrollHeight - clientHeight })()",
  )
  await page.setViewportSize({ width: WIDTH, height: HEIGHT + Number(hidden) })
  await page.screenshot({ path, animations: 'disabled' })
}
