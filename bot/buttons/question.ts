// The second question: what exactly will be done, and a Yes that counts once, for a while, for one person in one message.
import { seconds } from '@keyside/protocol'
import { type Clock, newJti, type RandomBytes } from '@keyside/runtime'
import {
  endQuestion,
  lateQuestions,
  offerButtons,
  type ShownButton,
  type StoredButton,
  unfinishedQuestions,
} from '../store/buttons.ts'
import {
  type Button,
  type Content,
  editMessage,
  type NotificationContext,
  putMessage,
} from '../store/messages.ts'
import { type Store, transact } from '../store/open.ts'
import type { Owner } from '../store/owner.ts'
import { INTERRUPTED, NOT_ANSWERED, NOTHING_DONE, untilText } from '../texts/buttons.ts'
import { Html, html, lines } from '../texts/html.ts'

export interface QuestionDeps {
  readonly store: Store
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  /** Something to send was written. */
  readonly wake: () => void
}

/** What a button does: an action of `ButtonActions` by its name, with data that outlives the bot as JSON. */
export interface Proposal {
  /** On the button. */
  readonly label: string
  readonly style?: Button['style'] | undefined
  readonly action: string
  readonly data: unknown
}

/** This many in a row. */
export function inRows(all: readonly Proposal[], columns: number): Proposal[][] {
  const starts = Array.from({ length: Math.ceil(all.length / columns) }, (_, at) => at * columns)
  return starts.map((start) => all.slice(start, start + columns))
}

export interface Question {
  /** Exactly what will be done, and what stays. */
  readonly text: Html
  readonly yes: Proposal
  /** On the other button. */
  readonly no?: string
  /** The device that it is about, by the bot's name for it; left out for questions about the bot itself. */
  readonly device?: string
}

/** How long a question counts, seconds: about as long as the figures in it stay true. */
const QUESTION_SECONDS = 60
/** How long the buttons below an answer count, seconds. */
const MENU_SECONDS = 86_400

/** It answers the trader, so it is sent before everything that waits. */
export function askOwner(
  { store, clock, randomBytes, wake }: QuestionDeps,
  owner: Owner,
  { text, yes, no = 'No', device }: Question,
): undefined {
  const now = clock.now()
  const expires = seconds(now) + QUESTION_SECONDS
  const shown = lines(text, untilText(expires, seconds(now)))
  const buttons = [
    storedButton(randomBytes, 'question', yes, text),
    storedButton(randomBytes, 'question', { label: no, action: '', data: null }, text),
  ]
  const content = { html: shown.text, buttons: [buttons.map(shownButton)] }
  transact(store, () => {
    const about = { ...(device !== undefined && { device }), isAnswer: true }
    const message = putMessage(store, { chat: owner.chat, content, ...about }, now)
    offerButtons(store, { message, owner, expires }, buttons)
  })
  wake()
}

interface Menu {
  readonly text: Html
  readonly rows: readonly Proposal[][]
  readonly device?: string
  readonly message?: number
}

/** An answer with buttons below it, row by row, which lead to more as often as they are pressed. `message`: the row of one that becomes this. */
export function sayWithMenu(
  { store, clock, randomBytes, wake }: QuestionDeps,
  owner: Owner,
  { text, rows, device, message: known }: Menu,
): undefined {
  const now = clock.now()
  const stored = rows.map((row) => row.map((one) => storedButton(randomBytes, 'menu', one, text)))
  const content = { html: text.text, buttons: stored.map((row) => row.map(shownButton)) }
  transact(store, () => {
    const about = { ...(device !== undefined && { device }), isAnswer: true }
    const message = known ?? putMessage(store, { chat: owner.chat, content, ...about }, now)
    if (known !== undefined) editMessage(store, known, content)
    offerButtons(store, { message, owner, expires: seconds(now) + MENU_SECONDS }, stored.flat())
  })
  wake()
}

/** Buttons below a notice, inside the caller's transaction: `show` puts the message with them and gives its row. */
export function withMenu(
  { store, randomBytes, owner, now }: NotificationContext,
  rows: readonly Proposal[][],
  show: (buttons: Content['buttons']) => number,
): number {
  const stored = rows.map((row) => row.map((one) => storedButton(randomBytes, 'menu', one, html``)))
  const message = show(stored.map((row) => row.map(shownButton)))
  offerButtons(store, { message, owner, expires: seconds(now) + MENU_SECONDS }, stored.flat())
  return message
}

type LabelledButton = StoredButton & Pick<Proposal, 'label' | 'style'>

function storedButton(
  randomBytes: RandomBytes,
  kind: StoredButton['kind'],
  { label, style, action, data }: Proposal,
  text: Html,
): LabelledButton {
  return {
    nonce: newJti(randomBytes),
    kind,
    action,
    data: JSON.stringify(data),
    text: kind === 'menu' ? '' : text.text,
    label,
    style,
  }
}

function shownButton({ label, style, nonce }: LabelledButton): Button {
  return { text: label, data: nonce, ...(style && { style }) }
}

/** The question without its buttons, and what became of it below. */
export function showOutcome(
  { store, wake }: Pick<QuestionDeps, 'store' | 'wake'>,
  { message, text }: ShownButton,
  outcome: Html,
  state: 'under way' | 'over',
): void {
  const content: Content = { html: lines(new Html(text), outcome).text }
  transact(store, () => {
    editMessage(store, message, content)
    if (state === 'over') endQuestion(store, message)
  })
  wake()
}

/** After a restart: whether an action under way was done is unknown. */
export function resumeQuestions(deps: QuestionDeps): void {
  for (const button of unfinishedQuestions(deps.store))
    showOutcome(deps, button, button.action === '' ? NOTHING_DONE : INTERRUPTED, 'over')
}

/** Call once a second. */
export function tickQuestions(deps: QuestionDeps): void {
  for (const button of lateQuestions(deps.store, seconds(deps.clock.now())))
    showOutcome(deps, button, NOT_ANSWERED, 'over')
}
