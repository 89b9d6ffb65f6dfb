import { systemRandomBytes } from '@keyside/runtime'
import { manualClock } from '@keyside/sandbox'
import { beforeEach, expect, test } from 'vitest'
import type { Content } from '../store/messages.ts'
import { openStore, type Store } from '../store/open.ts'
import { readSettings } from '../store/settings.ts'
import { handleSettings, settingsAction } from './command.ts'
import { readChange } from './read-words.ts'

const OWNER = { user: 7, chat: 7 }
const clock = manualClock()
let store: Store
const deps = () => ({ store, clock, randomBytes: systemRandomBytes, wake: () => undefined })

beforeEach(() => {
  store = openStore(':memory:')
})

function newest(): { id: number; text: string; buttons: Map<string, string> } {
  const row = store.prepare('SELECT id, content FROM message ORDER BY id DESC LIMIT 1').get()
  const { html: text, buttons = [] } = JSON.parse(String(row?.['content'])) as Content
  const all = buttons.flat().map((button) => [button.text, button.data] as const)
  return { id: Number(row?.['id']), text, buttons: new Map(all) }
}

async function press(label: string): Promise<void> {
  const { id, buttons } = newest()
  const find = store.prepare('SELECT data FROM offered_button WHERE nonce = ?')
  const data = JSON.parse(String(find.get(buttons.get(label) ?? '')?.['data']))
  expect(await settingsAction(deps()).run(data, OWNER, id)).toBeNull()
}

const say = (text: string) => handleSettings(deps(), OWNER, text === '' ? [] : text.split(' '))

test('by words each setting is changed, and shown as it is then', () => {
  say('timezone europe/berlin')
  expect(newest().text).toMatch(/^✅ Changed\.\n.*Europe\/Berlin.*: it is \d\d:\d\d CES?T/)
  say('numbers 1.234,56')
  expect(newest().text).toContain('1.234,56')
  say('quiet 22:00-07:00')
  say('daily 08:05')
  say('weekly fri 17:00')
  say('fill silent')
  say('')
  expect(newest().text).toContain('<b>22:00 to 07:00</b>')
  expect(newest().text).toContain('<b>at 08:05</b>, of the week <b>Friday at 17:00</b>')
  expect(readSettings(store)).toEqual({
    timeZone: 'Europe/Berlin',
    numbers: '1.234,56',
    quietHours: { from: 1320, to: 420 },
    daily: 485,
    weekly: { day: 5, at: 1020 },
    tellOnce: [],
    notices: { fill: 'silent' },
  })
})

test.each([
  'timezone mars/olympus',
  'timezone',
  'numbers 1234',
  'quiet 25:00-07:00',
  'quiet 07:00-07:00',
  'quiet 1-2',
  'daily 8',
  'daily 08:00 09:00',
  'weekly 08:00',
  'weekly xyz 08:00',
  'urgent off',
  'card digest',
  'fill loud',
  'constructor on',
  'on',
  `timezone ${'a'.repeat(2000)}`,
])('"%s" changes nothing, and says how it is written', (words) => {
  const before = readSettings(store)
  say(words)
  expect(newest().text).toContain('nothing has changed')
  expect(readSettings(store)).toEqual(before)
})

test('buttons lead through the pages in one message, and change what they say', async () => {
  say('')
  const { id } = newest()
  await press('Time zone')
  await press('Tokyo')
  expect(readSettings(store).timeZone).toBe('Asia/Tokyo')
  await press('‹ Settings')
  await press('What rings')
  for (const step of [
    'fill: on',
    'fill: silent',
    'fill: digest',
    'fill: off',
    'card: on',
    'card: silent',
  ])
    await press(step)
  expect(readSettings(store).notices).toEqual({ fill: 'on', card: 'on' })
  expect(newest()).toMatchObject({ id })
  expect(newest().text).toContain('Bought · <b>on</b>')
})

test('every button of every page changes what it says, or leads to a page', async () => {
  const pages = ['Time zone', 'Numbers', 'Quiet hours', 'Summaries', 'What rings']
  let pressed = 0
  for (const page of pages) {
    say('')
    await press(page)
    for (const label of newest().buttons.keys()) {
      if (!newest().buttons.has(label)) continue
      await press(label)
      pressed += 1
      if (label.startsWith('‹')) await press(page)
    }
  }
  expect(pressed).toBeGreaterThan(45)
})

test('what is written to it says one change, or none', () => {
  expect(readChange(['daily', 'off'])).toEqual({ daily: null })
  expect(readChange(['weekly', 'off'])).toEqual({ weekly: null })
  expect(readChange(['quiet', 'off'])).toEqual({ quietHours: null })
  expect(readChange([])).toBeNull()
})
