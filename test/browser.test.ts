// A person at the chat page, the whole system behind it: what a press does to the card and to the exchange, and what it does not.
import { seconds } from '@keyside/protocol'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Chromium, openChromium } from './chromium.ts'
import { type ScriptedEngine, scriptedEngine } from './scripted-engine.ts'
import { openTestSystem, type TestSystem, until } from './test-system.ts'

const MARKET = 'BTC/USDT'

let browser: Chromium | null = null
let system: TestSystem
let engine: ScriptedEngine
let page: Page

beforeAll(async () => {
  browser = await openChromium()
  if (browser === null) return
  system = await openTestSystem()
  await system.start('broker')
  await Promise.all([system.start('executor'), system.start('bot')])
  engine = await scriptedEngine(system.home)
  const claim = await until('a claim code', () =>
    system.messages.find((message) => message.type === 'claim'),
  )
  page = await browser.context.newPage()
  await page.goto(`${system.sandbox.telegram.chatUrl}?start=${claim.code}`)
  await page.getByText('This bot is yours now').waitFor()
})
afterAll(async () => {
  await engine?.close()
  await browser?.close()
  await system?.close()
})
beforeEach(({ skip }) => skip(browser === null, 'no Chromium'))

const bought = () =>
  system.sandbox.exchange
    .acceptLog()
    .filter(({ side }) => side === 'buy')
    .map(({ outcome }) => outcome)

/** An entry that may be answered for so many seconds, and its card. */
async function askedToBuy(answerable = 60) {
  const before = bought().length
  const price = Number(system.sandbox.exchange.market.price(MARKET, Date.now()))
  await engine.signal({
    stopPrice: (price * 0.98).toFixed(0),
    reason: 'ema(5) crossed over ema(13)',
    validUntil: seconds(Date.now() + answerable * 1000),
  })
  const waiting = page.locator('#messages > li:has(.keyboard)')
  const id = Number(await waiting.getAttribute('data-message-id'))
  const card = page.locator(`#messages > li[data-message-id="${id}"]`)
  const { reply_markup } = await system.sandbox.telegram
    .chat()
    .waitForMessage(({ message_id }) => message_id === id)
  return {
    card,
    id,
    button: (name: string) => card.getByRole('button', { name }),
    /** What the buttons carried when they were there. */
    data: reply_markup?.inline_keyboard.flat().map(({ callback_data }) => callback_data) ?? [],
    /** How the orders ended that were sent since. */
    bought: () => bought().slice(before),
  }
}

type Asked = Awaited<ReturnType<typeof askedToBuy>>

/** Presses what is no longer on the card, as a program could, and returns what the bot answers. */
async function pressAgain({ id }: Asked, data: string | undefined): Promise<unknown> {
  const { telegram } = system.sandbox
  const chat = telegram.chat()
  const message = chat.messages().find(({ message_id }) => message_id === id)
  const query = `old-${data}`
  telegram.inject({
    callback_query: { id: query, from: chat.user, message, chat_instance: '1', data },
  })
  const answer = await until('an answer to the press', () =>
    telegram.calls.find(
      ({ method, payload }) =>
        method === 'answerCallbackQuery' && payload['callback_query_id'] === query,
    ),
  )
  return answer.payload['text']
}

async function sellAll(): Promise<void> {
  const { exchange } = system.sandbox
  await engine.signal({ kind: 'exit' })
  const isSale = (one: { side: string; outcome: string }) =>
    one.side === 'sell' && one.outcome === 'FILLED'
  await until('a sale', () => exchange.acceptLog().some(isSale))
}

test('silence sends nothing and says so, and Approve comes too late then', async () => {
  const asked = await askedToBuy(6)
  await asked.card.getByText('nothing was sent').waitFor()
  // An edit makes no sound: what was missed is told beside it.
  await page.getByText('Nothing was bought, and nothing has to be done.').waitFor()
  expect(await asked.card.locator('.keyboard').count()).toBe(0)
  for (const data of asked.data) expect(await pressAgain(asked, data)).toMatch(/^Too late/)
  expect(asked.bought()).toEqual([])
})

test('Decline sends nothing and says so, and Approve counts no more', async () => {
  const asked = await askedToBuy()
  await asked.button('Decline').dblclick()
  await asked.card.getByText('Declined. Nothing was sent.').waitFor()
  expect(await asked.card.locator('.keyboard').count()).toBe(0)
  for (const data of asked.data)
    expect(await pressAgain(asked, data)).toBe('Declined already: nothing was sent.')
  expect(asked.bought()).toEqual([])
})

test('a card shows the order in numbers and as a chart, and Approve sends it once', async () => {
  const asked = await askedToBuy()
  const { card } = asked
  await card.locator('.photo img').waitFor()
  const picture = `document.querySelector('li[data-message-id="${asked.id}"] img').naturalWidth`
  await expect.poll(() => page.evaluate(picture)).toBeGreaterThan(600)
  const text = (await card.locator('.text').textContent()) ?? ''
  expect(text).toMatch(/^Buy 0\.0\d+ BTC for (99|100)\.?\d* USDT\?/)
  expect(text).toMatch(/May lose [\d.]+ USDT, [\d.]+\s% of demo: worst case, at the stop's limit/)
  expect(text).toMatch(/Now [\d,.]+, at most [\d,.]+/)
  expect(text).toMatch(/Stop [\d,.]+, 2\.?\d* % below: about −[\d.]+/)
  expect(text).toContain('No BTC held yet')
  expect(text).toContain('ema(5) crossed over ema(13)')
  expect(text).toMatch(/⏳ .* left/)
  await asked.button('Approve').click()
  await card.getByText('Bought').waitFor()
  expect(await card.locator('.keyboard').count()).toBe(0)
  expect(asked.bought()).toEqual(['FILLED'])

  for (const data of asked.data)
    expect(await pressAgain(asked, data)).toBe('Approved already, and filled.')
  expect(asked.bought()).toEqual(['FILLED'])
  await sellAll()
})

test('a double click on Approve is one press', async () => {
  const asked = await askedToBuy()
  await asked.button('Approve').dblclick()
  await asked.card.getByText('Bought').waitFor()
  await page.waitForTimeout(500)
  expect(asked.bought()).toEqual(['FILLED'])
  await sellAll()
})
