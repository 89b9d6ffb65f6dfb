// A pressed button of a card: sends a signed approval, shows more about the order, or goes back to the card.
import { seconds } from '@keyside/protocol'
import { Composer, type Context } from 'grammy'
import { type ButtonCallback, type Card, findCard, takeCallback } from '../store/cards.ts'
import { putQuestion } from '../store/code-questions.ts'
import { codeQuestion, outcomeText, SENDING, TOASTS } from '../texts/card.ts'
import { PARTS, partOf, reopenCard, showCardView, showOnCard } from './card.ts'
import { askAmount } from './less.ts'
import { type ApprovalDeps, answerNotSent, isReachable, sendAnswer, sendLess } from './send.ts'
import { tellWhy } from './why.ts'

export interface CallbackDeps extends ApprovalDeps {
  readonly toast: (query: string, text: string) => Promise<void>
}

/** Returns the toast. The outcome is shown on the card. */
function answerCallback(deps: CallbackDeps, press: Omit<ButtonCallback, 'now'>): string {
  const { store, clock, log } = deps
  const pressed = takeCallback(store, { ...press, now: seconds(clock.now()) })
  if (pressed.outcome !== 'taken') {
    log.warn(
      { code: 'callback_refused', why: pressed.outcome },
      'a press that fits no card was refused',
    )
    return pressed.outcome === 'closed' ? outcomeText(pressed.became) : TOASTS[pressed.outcome]
  }
  const { order, answer } = pressed
  const card = findCard(store, order)
  if (card === null) throw new Error('a press was taken for an order without a card')
  return answer === 'less' || answer === 'back' || answer === 'own' || answer === 'why'
    ? look(deps, card, answer)
    : decide(deps, card, answer)
}

/** The card stays open. */
function look(deps: CallbackDeps, card: Card, name: 'less' | 'back' | 'own' | 'why'): string {
  if (name === 'why') deps.inBackground(tellWhy(deps, card))
  else showCardView(deps, card.order, name === 'less' ? 'less' : 'order')
  if (name === 'own') {
    askAmount(deps, card, deps.clock.now())
    deps.wake()
  }
  return TOASTS[name]
}

function decide(
  deps: ApprovalDeps,
  card: Card,
  answer: 'approve' | 'decline' | 'half' | 'third',
): string {
  const { store, clock } = deps
  const { order, needed } = card
  if (!isReachable(deps, card)) {
    answerNotSent(deps, order, new Error('the device is offline'))
    return TOASTS.unreachable
  }
  if (answer === 'half' || answer === 'third') {
    sendLess(deps, card, partOf(needed.order.value, PARTS[answer]))
    return TOASTS.reduce
  }
  if (answer === 'approve' && needed.code === 'needed') {
    putQuestion(store, 'code', card, codeQuestion(needed.order), clock.now())
    // With its buttons: the trader may still say no.
    reopenCard(deps, order, 'code')
    return TOASTS.code
  }
  showOnCard(store, card, SENDING[answer])
  deps.wake()
  deps.inBackground(sendAnswer(deps, card, { answer }))
  return TOASTS[answer]
}

// What a pressed button leads to.
export function callbackHandlers(deps: CallbackDeps): Composer<Context> {
  const composer = new Composer()
  composer.on('callback_query', (ctx) => handleCallback(deps, ctx))
  return composer
}

function handleCallback(deps: CallbackDeps, { callbackQuery, from, chat }: Context): void {
  const { id, data, message } = callbackQuery ?? {}
  if (id === undefined || from === undefined || chat === undefined || message === undefined) return
  const toast = answerCallback(deps, {
    data: data ?? '',
    user: from.id,
    chat: chat.id,
    message: message.message_id,
  })
  deps.inBackground(deps.toast(id, toast))
}
