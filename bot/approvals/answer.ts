// From a pressed button to a signed approval, or back to a card that still waits.
import { seconds } from '@keyside/protocol'
import { describeError, KeysideError, type Logger } from '@keyside/runtime'
import { Composer, type Context } from 'grammy'
import type { Device } from '../device/device.ts'
import {
  type ApprovalAnswer,
  type ButtonCallback,
  type Card,
  findCard,
  setCard,
  takeCallback,
} from '../store/cards.ts'
import { putQuestion } from '../store/code-questions.ts'
import { outcomeText, SENDING, TOASTS } from '../texts/card.ts'
import { type CardDeps, reopenCard, showOnCard } from './card.ts'

interface DeviceLine {
  readonly device: Pick<Device, 'answerOrder'>
  /** False when the device is known to be offline. */
  readonly reachable: () => boolean
}

export interface ApprovalDeps extends CardDeps {
  readonly log: Logger
  /** Null for a device that this bot serves no more. */
  readonly lineTo: (device: string) => DeviceLine | null
  /** Runs on by itself; its failure is logged. */
  readonly inBackground: (work: Promise<void>) => void
}

/** Returns the toast. The outcome is shown on the card. */
function answerCallback(deps: ApprovalDeps, press: Omit<ButtonCallback, 'now'>): string {
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
  if (!isReachable(deps, card)) {
    answerNotSent(deps, order, new Error('the device is offline'))
    return TOASTS.unreachable
  }
  if (answer === 'approve' && card.needed.code === 'needed') {
    putQuestion(store, card, clock.now())
    // With its buttons: the trader may still say no.
    reopenCard(deps, order, 'code')
    return TOASTS.code
  }
  showOnCard(store, card, SENDING[answer])
  deps.wake()
  deps.inBackground(sendAnswer(deps, card, { answer }))
  return TOASTS[answer]
}

export function isReachable({ lineTo }: ApprovalDeps, { device }: Card): boolean {
  return lineTo(device)?.reachable() === true
}

/** `code` is in the signed answer and nowhere else. */
export async function sendAnswer(
  deps: ApprovalDeps,
  { order, device, needed, owner }: Card,
  said: { readonly answer: ApprovalAnswer; readonly code?: string },
): Promise<void> {
  try {
    const line = deps.lineTo(device)
    if (line === null) throw new KeysideError('broker_unreachable', 'the device is known no more')
    await line.device.answerOrder({ order: needed.order.id, ...said }, owner.user, needed.expires)
  } catch (error) {
    // Any other failure may have come after the answer left: the card then says that it is unconfirmed.
    if (!(error instanceof KeysideError && error.code === 'broker_unreachable')) throw error
    answerNotSent(deps, order, error)
    return
  }
  // The device's report may have come before its PUBACK: then the card is closed already.
  if (findCard(deps.store, order)?.state === 'pressed')
    setCard(deps.store, order, 'answered', 'none')
}

function answerNotSent(deps: ApprovalDeps, order: string, error: Error): void {
  deps.log.warn(
    { code: 'approval_not_sent', order, err: describeError(error) },
    'an answer was not sent',
  )
  reopenCard(deps, order, 'unreachable')
}

// What a pressed button leads to.
export interface CallbackDeps extends ApprovalDeps {
  readonly toast: (query: string, text: string) => Promise<void>
}

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
