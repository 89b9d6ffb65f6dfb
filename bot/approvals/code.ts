// The authenticator code of a large order: sent once inside the signed approval, stored nowhere.
import { seconds } from '@keyside/protocol'
import { Composer, type Context } from 'grammy'
import { type Card, findCard, takeCard } from '../store/cards.ts'
import { forgetQuestion, openQuestions } from '../store/code-questions.ts'
import { putMessage } from '../store/messages.ts'
import { CODE_ANSWERS, SENDING } from '../texts/card.ts'
import type { Html } from '../texts/html.ts'
import { visible } from '../texts/visible.ts'
import { reopenCard, showOnCard } from './card.ts'
import { type ApprovalDeps, isReachable, sendAnswer } from './send.ts'

export interface CodeDeps extends ApprovalDeps {
  /** Takes a message out of the chat. */
  readonly erase: (chat: number, message: number) => Promise<void>
}

interface Digits {
  readonly code: string
  readonly user: number
  readonly chat: number
  /** Telegram's number of the message that carries the code. */
  readonly message: number
  /** Of the message that it replies to. */
  readonly repliesTo: number | undefined
  /** When it was sent, seconds. */
  readonly at: number
}

/** An older code has expired, and the device would count it as a wrong try. */
const CODE_LIFE_SECONDS = 60

/** Returns the reply, or null when the card shows the outcome. */
function answerDigits(deps: CodeDeps, digits: Digits): Html | null {
  const { store, clock } = deps
  erase(deps, digits.chat, digits.message)
  const now = seconds(clock.now())
  const open = openQuestions(store, 'code', { ...digits, now })
  const asked =
    digits.repliesTo === undefined && open.length === 1
      ? open[0]
      : open.find(({ telegram }) => telegram === digits.repliesTo)
  if (asked === undefined) return open.length > 1 ? CODE_ANSWERS.which : CODE_ANSWERS.none
  if (now - digits.at > CODE_LIFE_SECONDS) return CODE_ANSWERS.old
  const card = findCard(store, asked.order)
  if (card === null || !takeCard(store, asked.order, now)) return CODE_ANSWERS.none
  forgetQuestion(store, 'code', asked.order)
  if (asked.telegram !== null) erase(deps, digits.chat, asked.telegram)
  forwardCode(deps, card, digits.code)
  return null
}

function forwardCode(deps: ApprovalDeps, card: Card, code: string): void {
  if (!isReachable(deps, card)) {
    reopenCard(deps, card.order, 'unreachable')
    return
  }
  showOnCard(deps.store, card, SENDING.approve)
  deps.wake()
  deps.inBackground(sendAnswer(deps, card, { answer: 'approve', code }))
}

/** Telegram may refuse to delete it: then the code stays in the chat, where it expires within a minute. */
function erase({ erase, inBackground, log }: CodeDeps, chat: number, message: number): void {
  inBackground(
    erase(chat, message).catch(() => log.debug('a message with a code could not be deleted')),
  )
}

// Six digits from the owner are the code of an order that waits for one.
const SIX_DIGITS = /^\s*(\d{3}) ?(\d{3})\s*$/

/** Null for a message that is no code. */
export function codeIn(text: string): string | null {
  const [digits, first, last] = SIX_DIGITS.exec(visible(text)) ?? []
  return digits === undefined ? null : `${first}${last}`
}

export function codeHandlers(deps: CodeDeps): Composer<Context> {
  const composer = new Composer()
  composer.on('message:text', async (ctx, next) => {
    const code = codeIn(ctx.msg.text)
    if (code === null) return next()
    const said = answerDigits(deps, {
      code,
      user: ctx.from.id,
      chat: ctx.chat.id,
      message: ctx.msg.message_id,
      repliesTo: ctx.msg.reply_to_message?.message_id,
      at: ctx.msg.date,
    })
    if (said === null) return
    putMessage(deps.store, { chat: ctx.chat.id, content: { html: said.text } }, deps.clock.now())
    deps.wake()
  })
  return composer
}
