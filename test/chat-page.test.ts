// The sandbox's chat page in a real browser: what a person sees and can do there.
import { join } from 'node:path'
import { startTelegram } from '@keyside/sandbox'
import { Bot, InlineKeyboard, InputFile } from 'grammy'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { drawPng } from '../sandbox/telegram/testing/png.ts'
import { type Chromium, openChromium } from './chromium.ts'

const TOKEN = '424242:page-token'
const chart = drawPng(640, 320, (x, y) =>
  Math.abs(160 + 90 * Math.sin(x / 50) - y) < 3 ? 40 : 235,
)

let browser: Chromium | null = null

beforeAll(async () => {
  browser = await openChromium()
})
afterAll(() => browser?.close())

/** A sandbox, a bot that asks for approval, and a page open at `path`. */
async function openPage(skip: (note: string) => void, path = '') {
  if (!browser) return skip('no Chromium')
  const telegram = await startTelegram({
    token: TOKEN,
    botUsername: 'keyside_bot',
    botName: 'Keyside',
    clock: { now: Date.now },
    users: [
      { id: 1001, first_name: 'Ada' },
      { id: 1002, first_name: 'Bob' },
    ],
  })
  const bot = new Bot(TOKEN, { client: { apiRoot: telegram.address } })
  const page = await browser.context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()))
  onTestFinished(async () => {
    await page.close()
    await telegram.stop()
  })
  await page.goto(telegram.chatUrl + path)
  const bubbles = page.locator('#messages > li')
  return { telegram, api: bot.api, page, bubbles, complaints }
}

async function sendCard(api: Bot['api']): Promise<number> {
  const { message_id } = await api.sendPhoto(1001, new InputFile(chart, 'chart.png'), {
    caption:
      '<b>Buy 0.0125 BTC</b> at most 64 210.50 USDT\nValue <b>802.63 USDT</b>, stop 62 900\n<i>EMA 12 crossed above EMA 26, RSI 58</i>\nDecide within <code>04:59</code>',
    parse_mode: 'HTML',
    reply_markup: new InlineKeyboard()
      .add({ text: 'Approve', callback_data: 'y', style: 'success' })
      .add({ text: 'Decline', callback_data: 'n', style: 'danger' }),
  })
  return message_id
}

test('a person writes, sees a card, presses a button and watches it change', async ({ skip }) => {
  const opened = await openPage(skip)
  if (!opened) return
  const { telegram, api, page, bubbles, complaints } = opened
  await page.getByRole('button', { name: 'Start' }).click()
  await bubbles.getByText('/start').waitFor()
  expect(await page.locator('.stand-in').textContent()).toBe(
    'Sandbox chat – stands in for Telegram',
  )
  const card = await sendCard(api)
  await page.locator('.photo img').waitFor()
  await expect
    .poll(() => page.evaluate("document.querySelector('.photo img').naturalWidth"))
    .toBe(640)
  expect(await page.locator('.text b').first().textContent()).toBe('Buy 0.0125 BTC')
  await page.getByRole('button', { name: 'Approve' }).click()
  const [update] = await api.getUpdates({ offset: -1, timeout: 5 })
  expect(update?.callback_query?.data).toBe('y')
  await api.answerCallbackQuery(update?.callback_query?.id ?? '', { text: 'On its way' })
  await page.locator('.toast.shown', { hasText: 'On its way' }).waitFor()
  await api.editMessageCaption(1001, card, { caption: 'Bought 0.0125 BTC' })
  await bubbles.getByText('Bought 0.0125 BTC').waitFor()
  expect(await page.locator('.keyboard').count()).toBe(0)
  expect(await bubbles.count()).toBe(2)
  expect(telegram.chat(1001).messages()).toHaveLength(2)
  expect(complaints).toEqual([])
})

test('a deep link sends its code once, even when the page is opened again', async ({ skip }) => {
  const opened = await openPage(skip, '?start=CODE_1-x')
  if (!opened) return
  const { telegram, page, bubbles } = opened
  await bubbles.getByText('/start CODE_1-x').waitFor()
  expect(page.url()).toBe(telegram.chatUrl)
  const again = page.waitForResponse((response) => response.url().endsWith('/start'))
  await page.goto(`${telegram.chatUrl}?start=CODE_1-x`)
  expect(await (await again).json()).toEqual({ start: 'already sent' })
  expect(telegram.chat(1001).messages()).toHaveLength(1)
})

test('a slash suggests the commands of the bot, and Enter completes and sends', async ({
  skip,
}) => {
  const opened = await openPage(skip)
  if (!opened) return
  const { telegram, api, page } = opened
  await api.setMyCommands([
    { command: 'status', description: 'What is open' },
    { command: 'halt', description: 'Stop all trading now' },
    { command: 'trades', description: 'The last sales' },
    { command: 'trade', description: 'One sale in full' },
  ])
  const box = page.getByLabel('Message', { exact: true })
  await box.fill('/')
  await page.getByRole('option').nth(1).waitFor()
  await box.press('ArrowDown')
  await box.press('Enter')
  expect(await box.inputValue()).toBe('/halt ')
  await box.press('Enter')
  // Whole as it stands, though a longer one begins so.
  await box.fill('/trade')
  await page.getByRole('option').nth(1).waitFor()
  await box.press('Enter')
  await expect
    .poll(() =>
      telegram
        .chat(1001)
        .messages()
        .map(({ text }) => text),
    )
    .toEqual(['/halt', '/trade'])
})

test('text that looks like HTML stays text, and a foreign link stays dead', async ({ skip }) => {
  const opened = await openPage(skip)
  if (!opened) return
  const { telegram, api, bubbles, complaints } = opened
  telegram.chat(1001).sendText('<img src=x onerror=alert(1)>')
  await api.sendMessage(1001, '<script>alert(1)</script>')
  const entities = [
    { type: 'text_link' as const, offset: 0, length: 1, url: 'javascript:alert(1)' },
  ]
  await api.sendMessage(1001, 'x', { entities })
  await bubbles.nth(2).waitFor()
  expect(await bubbles.locator('img, script').count()).toBe(0)
  expect(await bubbles.nth(2).locator('a').getAttribute('href')).toBeNull()
  expect(await bubbles.nth(1).locator('.text').textContent()).toBe('<script>alert(1)</script>')
  expect(complaints).toEqual([])
})

test('another user has another chat, an alert waits for OK, and a deleted message goes', async ({
  skip,
}) => {
  const opened = await openPage(skip, '?user=1002')
  if (!opened) return
  const { telegram, api, page, bubbles } = opened
  telegram.chat(1001).sendText("Ada's secret")
  const chat = telegram.chat(1002)
  chat.sendText('hi')
  const keyboard = new InlineKeyboard().text('Halt', 'h')
  const asked = await api.sendMessage(1002, 'Sure?', { reply_markup: keyboard })
  await page.getByRole('button', { name: 'Halt' }).click()
  const [update] = await api.getUpdates({ offset: -1, timeout: 5 })
  await api.answerCallbackQuery(update?.callback_query?.id ?? '', {
    text: 'Halted',
    show_alert: true,
  })
  await page.getByRole('dialog').getByText('Halted').waitFor()
  await page.getByRole('button', { name: 'OK' }).click()
  await api.deleteMessage(1002, asked.message_id)
  await expect.poll(() => bubbles.count()).toBe(1)
  expect(await bubbles.textContent()).toContain('hi')
})

test.for([
  [360, 'light'],
  [360, 'dark'],
  [1280, 'light'],
] as const)('a card fits a window %i px wide (%s)', async ([width, colorScheme], { skip }) => {
  const opened = await openPage(skip)
  if (!opened) return
  const { telegram, api, page } = opened
  await page.setViewportSize({ width, height: 740 })
  await page.emulateMedia({ colorScheme })
  telegram.chat(1001).sendText('/status')
  await api.sendMessage(
    1001,
    'Nothing is open. <b>ema-cross</b> watches <code>BTC/USDT</code>.\n/halt stops everything.\n<pre>equity   1 204.11 USDT\ntoday      +12.40 USDT</pre><tg-spoiler>key abc</tg-spoiler> <a href="https://example.org">docs</a>',
    { parse_mode: 'HTML' },
  )
  await sendCard(api)
  await page.getByRole('button', { name: 'Approve' }).waitFor()
  const overflow = await page.evaluate(
    "[...document.querySelectorAll('html, main')].map((one) => one.scrollWidth - one.clientWidth)",
  )
  expect(overflow, 'nothing to scroll sideways').toEqual([0, 0])
  const folder = process.env['SCREENSHOTS']
  if (folder) await page.screenshot({ path: join(folder, `chat-${width}-${colorScheme}.png`) })
})
