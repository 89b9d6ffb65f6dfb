// "Less": a half, a third, or an amount of the trader's own. The device plans it anew and shows a card of its own.
import { type Decimal, seconds } from '@keyside/protocol'
import Big from 'big.js'
import { Composer, type Context } from 'grammy'
import { type Card, findCard, takeCard } from '../store/cards.ts'
import { forgetQuestion, openQuestions, putQuestion } from '../store/code-questions.ts'
import { putMessage } from '../store/messages.ts'
import type { Html } from '../texts/html.ts'
import { LESS_ANSWERS, lessQuestion } from '../texts/less.ts'
import { visible } from '../texts/visible.ts'
import type { CodeDeps } from './code.ts'
import { type ApprovalDeps, sendLess } from './send.ts'

/** An open prompt is not repeated. `now` in Unix ms. */
export function askAmount({ store }: Pick<ApprovalDeps, 'store'>, card: Card, now: number): void {
  putQuestion(store, 'less', card, lessQuestion(card.needed.order), now)
}

/** "150", "150.5", "150,5", "150 USDT". */
const AMOUNT = /^\s*(\d{1,12})(?:[.,](\d{1,8}))?\s*([a-z]{2,10})?\s*$/i

/** Null for what is ambiguous: "1,500" may be 1.5 or 1500. */
export function readAmount(text: string): Decimal | null {
  const [, whole, fraction = ''] = AMOUNT.exec(visible(text)) ?? []
  if (whole === undefined || (fraction.length === 3 && Number(whole) !== 0)) return null
  const read = new Big(`${whole}.${fraction === '' ? '0' : fraction}`)
  return read.gt(0) ? read.toFixed() : null
}

interface Said {
  readonly text: string
  readonly user: number
  readonly chat: number
  readonly repliesTo: number | undefined
}

/** Returns the reply; null when the card shows the outcome; `none` when the message is about something else. */
function answerAmount(deps: CodeDeps, said: Said): Html | null | 'none' {
  const { store, clock } = deps
  const now = seconds(clock.now())
  const open = openQuestions(store, 'less', { ...said, now })
  const asked = open.find(({ telegram }) => telegram === said.repliesTo)
  const only = said.repliesTo === undefined && AMOUNT.test(visible(said.text)) ? open : []
  const meant = asked ?? (only.length === 1 ? only[0] : undefined)
  if (meant === undefined) return only.length > 1 ? LESS_ANSWERS.which : 'none'
  const value = readAmount(said.text)
  const card = findCard(store, meant.order)
  if (card === null) return LESS_ANSWERS.over
  if (value === null) return LESS_ANSWERS.unread
  if (!new Big(value).lt(card.needed.order.value)) return LESS_ANSWERS.notLess
  if (!takeCard(store, meant.order, now)) return LESS_ANSWERS.over
  forgetQuestion(store, 'less', meant.order)
  if (meant.telegram !== null)
    deps.inBackground(deps.erase(said.chat, meant.telegram).catch(() => undefined))
  sendLess(deps, card, value)
  return null
}

export function lessHandlers(deps: CodeDeps): Composer<Context> {
  const composer = new Composer()
  composer.on('message:text', async (ctx, next) => {
    const answered = answerAmount(deps, {
      text: ctx.msg.text,
      user: ctx.from.id,
      chat: ctx.chat.id,
      repliesTo: ctx.msg.reply_to_message?.message_id,
    })
    if (answered === 'none') return next()
    if (answered === null) return
    putMessage(
      deps.store,
      { chat: ctx.chat.id, content: { html: answered.text } },
      deps.clock.now(),
    )
    deps.wake()
  })
  return composer
}
