// A headless Chromium for the tests that need a real browser, or one line that says why there is none.
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

export interface Chromium {
  readonly context: BrowserContext
  close(): Promise<void>
}

/** Null where there is no Chromium, with a line on the console. */
export async function openChromium(): Promise<Chromium | null> {
  if (!existsSync(CHROMIUM)) {
    console.warn(`skipped: no Chromium at ${CHROMIUM} (set CHROMIUM to its path)`)
    return null
  }
  const profile = await mkdtemp(join(tmpdir(), 'keyside-chromium-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    locale: 'en-GB',
    timezoneId: 'UTC',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  const close = async () => {
    await context.close()
    await rm(profile, { recursive: true, force: true })
  }
  return { context, close }
}
