// A question counts once, for its person, in its message, until its end; and it says what became of it.
import { createLog, systemRandomBytes } from '@keyside/runtime'
import { manualClock } from '@keyside/sandbox'
import { Bot } from 'grammy'
import type { UserFromGetMe } from 'grammy/types'
import { beforeEach, expect, test } from 'vitest'
import type { Content } from '../store/messages.ts'
import { openStore, type Store } from '../store/open.ts'
import { html } from '../texts/html.ts'
import { type ButtonAction, buttonHandlers } from './press.ts'
import { askOwner, resumeQuestions, sayWithMenu, tickQuestions } from './question.ts'

const OWNER = { user: 7, chat: 7 }
const LATER = { user: 8, chat: 8 }
const clock = manualClock()
let store: Store
let toasts: string[]
let done: unknown[]
let finish: PromiseWithResolvers<void>
let bot: Bot
let update = 0

const deps = () => ({ store, clock, randomBytes: systemRandomBytes, wake: () => undefined })

const actions = new Map<string, ButtonAction>([
  [
    'sell',
    {
      toast: 'Selling…',
      run: async (data: unknown) => {
        done.push(data)
        await finish.promise
        return html`✅ Sold.`
      },
    },
  ],
  [
    'look',
    {
      toast: 'Looking…',
      run: async (data) => {
        done.push(data)
        return null
      },
    },
  ],
  ['break', { toast: 'Breaking…', run: () => Promise.reject(new Error('no')) }],
])

/** A bot as Telegram would call it, without Telegram. */
function startBot(): void {
  const botInfo = { id: 1, is_bot: true, first_name: 'k', username: 'k_bot' } as UserFromGetMe
  bot = new Bot('1:a', { botInfo })
  const background = (work: Promise<void>) => void work
  const toast = async (_: string, text: string) => void toasts.push(text)
  const log = createLog({ program: 'bot', level: 'silent' })
  bot.use(buttonHandlers({ ...deps(), log, actions, inBackground: background, toast }))
  bot.on('callback_query', () => void toasts.push('another handler'))
}

async function press(data: string, { message = 50, from = OWNER } = {}): Promise<string> {
  const chat = { id: from.chat, type: 'private' as const, first_name: 'a' }
  update += 1
  await bot.handleUpdate({
    update_id: update,
    callback_query: {
      id: 'q',
      chat_instance: 'c',
      from: { id: from.user, is_bot: false, first_name: 'a' },
      message: { message_id: message, date: 1, chat, text: 'x' },
      data,
    },
  })
  return toasts.at(-1) ?? ''
}

/** As Telegram shows it. */
function shown(): { text: string; buttons: readonly { text: string; data: string }[] } {
  const row = store.prepare('SELECT content FROM message ORDER BY id DESC LIMIT 1').get()
  const { html: text, buttons = [] } = JSON.parse(String(row?.['content'])) as Content
  return { text, buttons: buttons.flat() }
}

function ask(action = 'sell'): { yes: string; no: string } {
  askOwner(deps(), OWNER, {
    text: html`Sell <b>1 ETH</b>?`,
    yes: { label: 'Sell 1 ETH', action, data: { amount: '1' } },
  })
  store.exec('UPDATE message SET telegram = 50, sent = version')
  const [yes, no] = shown().buttons
  if (yes === undefined || no === undefined) throw new Error('it has no two buttons')
  return { yes: yes.data, no: no.data }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

beforeEach(() => {
  store = openStore(':memory:')
  toasts = []
  done = []
  finish = Promise.withResolvers()
  startBot()
})

test('a question says what will be done and until when, and yes does it with what was shown', async () => {
  const { yes } = ask()
  expect(shown().text).toMatch(
    /^Sell <b>1 ETH<\/b>\?\n⏳ Nothing is done before you say yes\. It counts until \d\d:\d\d:\d\d UTC\.$/,
  )
  expect(shown().buttons.map(({ text }) => text)).toEqual(['Sell 1 ETH', 'No'])
  expect(await press(yes)).toBe('Selling…')
  expect(done).toEqual([{ amount: '1' }])
  expect(shown(), 'while it is done').toEqual({
    text: 'Sell <b>1 ETH</b>?\n➡️ Telling your device…',
    buttons: [],
  })
  finish.resolve()
  await settled()
  expect(shown()).toEqual({ text: 'Sell <b>1 ETH</b>?\n✅ Sold.', buttons: [] })
})

test('a second yes does nothing, also before the first is done and after a restart', async () => {
  const { yes, no } = ask()
  await press(yes)
  expect(await press(yes)).toContain('answered this already')
  expect(await press(no)).toContain('answered this already')
  finish.resolve()
  await settled()
  startBot()
  expect(await press(yes)).toContain('answered this already')
  expect(done).toHaveLength(1)
  expect(shown().text).toContain('✅ Sold.')
})

test('no does nothing, and no yes counts after it', async () => {
  const { yes, no } = ask()
  expect(await press(no)).toBe('Not done.')
  expect(shown()).toEqual({
    text: 'Sell <b>1 ETH</b>?\n⚪ Not done. Nothing has changed.',
    buttons: [],
  })
  expect(await press(yes)).toContain('answered this already')
  expect(done).toEqual([])
})

test.for([
  ['another message', { message: 51 }],
  ['another person', { from: LATER }],
  ['another person in the same chat', { from: { user: 8, chat: 7 } }],
  ['another chat of the person', { from: { user: 7, chat: 9 } }],
] as const)('a yes from %s is not taken, and the question stays', async ([, where]) => {
  const { yes } = ask()
  expect(await press(yes, where)).toContain('no longer valid')
  expect(done).toEqual([])
  await press(yes)
  expect(done).toHaveLength(1)
})

test('after its end a yes is late, and the question says that nothing was done', async () => {
  const { yes } = ask()
  clock.advance(59_000)
  tickQuestions(deps())
  expect(shown().buttons, 'a moment before').toHaveLength(2)
  clock.advance(1_000)
  expect(await press(yes)).toContain('Too late')
  tickQuestions(deps())
  expect(shown()).toEqual({
    text: 'Sell <b>1 ETH</b>?\n⌛ Not answered in time. Nothing was done.',
    buttons: [],
  })
  expect(done).toEqual([])
})

test('a restart keeps an open question, and says of one that was being done that nobody knows', async () => {
  const open = ask()
  resumeQuestions(deps())
  expect(shown().buttons).toHaveLength(2)
  startBot()
  await press(open.yes)
  resumeQuestions(deps())
  expect(shown().text).toContain('may be done or not')
  expect(await press(open.yes)).toContain('answered this already')
  expect(done).toHaveLength(1)
})

test('an action that fails says that nobody knows', async () => {
  await press(ask('break').yes)
  await settled()
  expect(shown().text).toContain('may be done or not')
})

test('an action that this bot does not know does nothing', async () => {
  expect(await press(ask('fly').yes)).toContain('no longer valid')
  expect(shown().text).toContain('Not done')
})

test('the buttons below an answer lead on as often as they are pressed, for a day', async () => {
  const look = (data: number) => ({ label: `Look ${data}`, action: 'look', data })
  sayWithMenu(deps(), OWNER, { text: html`You hold two.`, rows: [[look(1)], [look(2), look(3)]] })
  store.exec('UPDATE message SET telegram = 50, sent = version')
  const [first, second] = shown().buttons
  expect(await press(first?.data ?? '')).toBe('Looking…')
  await press(first?.data ?? '')
  await press(second?.data ?? '')
  await press(second?.data ?? '', { from: LATER })
  expect(done).toEqual([1, 1, 2])
  expect(shown().buttons, 'the answer stays as it is').toHaveLength(3)
  clock.advance(86_400_000)
  expect(await press(first?.data ?? '')).toContain('Too late')
})

test('a button that is none of these is left to the next handler', async () => {
  ask()
  expect(await press('AAAAAAAAAAAAAAAAAAAAAA')).toBe('another handler')
})
