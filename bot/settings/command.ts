// /settings: what the trader chooses for the bot itself, by words or by buttons. None of it reaches the device.
import type { ButtonAction } from '../buttons/press.ts'
import { inRows, type Proposal, type QuestionDeps, sayWithMenu } from '../buttons/question.ts'
import type { Owner } from '../store/owner.ts'
import { changeSettings, readSettings, type Settings } from '../store/settings.ts'
import { type Html, lines } from '../texts/html.ts'
import {
  noticesText,
  numbersText,
  quietText,
  type SettingsRow,
  settingsChanged,
  settingsText,
  settingsUnread,
  summariesText,
  zoneText,
} from '../texts/settings.ts'
import { NUMBER_FORMATS } from '../texts/style.ts'
import { chosenFor } from './loudness.ts'
import {
  choicesOf,
  isNoticeKind,
  type Loudness,
  NOTICE_KINDS,
  type NoticeKind,
} from './notice-kinds.ts'
import { type Change, readChange } from './read-words.ts'
import { styled } from './styled.ts'

const PAGES = ['main', 'zone', 'numbers', 'quiet', 'summaries', 'notices'] as const
type Page = (typeof PAGES)[number]

interface Pressed {
  readonly page: Page
  /** As words behind the command would say it. */
  readonly words?: readonly string[]
}

export const SETTINGS = 'settings'

export function handleSettings(deps: QuestionDeps, owner: Owner, words: readonly string[]): void {
  const change = words.length === 0 ? {} : readChange(words)
  if (change !== null) put(deps, change)
  const page = change === null ? 'main' : pageOf(change)
  const told = change === null ? settingsUnread : settingsChanged
  show(deps, owner, { page, ...(words.length > 0 && { note: told }) })
}

/** The page changes in its own message. */
export function settingsAction(deps: QuestionDeps): ButtonAction<Pressed> {
  return {
    toast: 'Settings',
    run: async ({ page, words }, owner, message) => {
      const change = words === undefined ? {} : readChange(words)
      if (change !== null) put(deps, change)
      show(deps, owner, { page: PAGES.includes(page) ? page : 'main', message })
      return null
    },
  }
}

function put({ store }: QuestionDeps, { notice, ...change }: Change): void {
  const { notices } = readSettings(store)
  const chosen = notice && { notices: { ...notices, [notice.kind]: notice.loudness } }
  changeSettings(store, { ...change, ...chosen })
}

function pageOf(change: Change): Page {
  if (change.timeZone !== undefined) return 'zone'
  if (change.numbers !== undefined) return 'numbers'
  if (change.quietHours !== undefined) return 'quiet'
  if (change.daily !== undefined || change.weekly !== undefined) return 'summaries'
  return change.notice === undefined ? 'main' : 'notices'
}

interface Shown {
  readonly page: Page
  readonly note?: Html
  /** Row of the message that it changes; a new one without it. */
  readonly message?: number
}

function show(deps: QuestionDeps, owner: Owner, { page, note, message }: Shown): void {
  const settings = readSettings(deps.store)
  // In the style that has just been chosen.
  styled(deps.store, () => {
    const { text, rows } = VIEWS[page](settings, deps.clock.now())
    const all = page === 'main' ? rows : [...rows, [go('‹ Settings', 'main')]]
    const place = message === undefined ? {} : { message }
    sayWithMenu(deps, owner, { text: lines(note ?? null, text), rows: all, ...place })
  })
}

interface View {
  readonly text: Html
  readonly rows: readonly Proposal[][]
}

const VIEWS: Readonly<Record<Page, (settings: Settings, now: number) => View>> = {
  main: (settings, now) => ({
    text: settingsText(settings, now),
    rows: [
      [go('Time zone', 'zone'), go('Numbers', 'numbers')],
      [go('Quiet hours', 'quiet'), go('Summaries', 'summaries')],
      [go('What rings', 'notices')],
    ],
  }),
  zone: ({ timeZone }, now) => ({
    text: zoneText(timeZone, now),
    rows: inRows(
      ZONES.map((zone) =>
        set(zone.replace(/^.*\//, '').replace('_', ' '), 'zone', 'timezone', zone),
      ),
      3,
    ),
  }),
  numbers: () => ({
    text: numbersText(),
    rows: [NUMBER_FORMATS.map((format) => set(format, 'numbers', 'numbers', ...format.split(' ')))],
  }),
  quiet: ({ quietHours }) => ({
    text: quietText(quietHours),
    rows: [
      ['22:00-07:00', '23:00-08:00', '00:00-09:00'].map((span) =>
        set(span, 'quiet', 'quiet', span),
      ),
      [set('Off', 'quiet', 'quiet', 'off')],
    ],
  }),
  summaries: (settings) => ({
    text: summariesText(settings),
    rows: [
      ['08:00', '18:00', '22:00'].map((at) => set(`Daily ${at}`, 'summaries', 'daily', at)),
      [
        set('Mon 08:00', 'summaries', 'weekly', 'mon', '08:00'),
        set('Sun 18:00', 'summaries', 'weekly', 'sun', '18:00'),
      ],
      [
        set('No daily', 'summaries', 'daily', 'off'),
        set('No weekly', 'summaries', 'weekly', 'off'),
      ],
    ],
  }),
  notices: (settings) => {
    const kinds = Object.keys(NOTICE_KINDS).filter(isNoticeKind)
    return {
      text: noticesText(kinds.map((kind) => rowOf(settings, kind))),
      rows: inRows(
        kinds.map((kind) => {
          const now = chosenFor(settings, kind)
          return set(`${kind}: ${now}`, 'notices', kind, nextOf(kind, now))
        }),
        2,
      ),
    }
  },
}

/** A few zones of each part of the world; any other can be typed. */
const ZONES = [
  'UTC',
  'Europe/London',
  'Europe/Berlin',
  'Europe/Istanbul',
  'Asia/Dubai',
  'Asia/Kolkata',
  'Asia/Singapore',
  'Asia/Tokyo',
  'Australia/Sydney',
  'America/New_York',
  'America/Chicago',
  'America/Sao_Paulo',
]

function rowOf(settings: Settings, kind: NoticeKind): SettingsRow {
  return { name: kind, title: NOTICE_KINDS[kind].title, loudness: chosenFor(settings, kind) }
}

/** A press goes on to the next. */
function nextOf(kind: NoticeKind, now: Loudness): string {
  const choices = choicesOf(kind)
  const at = choices.indexOf(now)
  return choices[(at + 1) % choices.length] ?? 'on'
}

function go(label: string, page: Page): Proposal {
  return { label, action: SETTINGS, data: { page } satisfies Pressed }
}

function set(label: string, page: Page, ...words: string[]): Proposal {
  const data: Pressed = { page, words: words.map((word) => word.toLowerCase()) }
  return { label, action: SETTINGS, data }
}
