// Runs the action of a pressed button and shows what became of it.
import { seconds } from '@keyside/protocol'
import { describeError, type Logger } from '@keyside/runtime'
import { Composer, type Context } from 'grammy'
import { type ButtonPress, type ShownButton, takeButton } from '../store/buttons.ts'
import type { Owner } from '../store/owner.ts'
import { BUTTON_TOASTS, FAILED, NOTHING_DONE, UNDER_WAY } from '../texts/buttons.ts'
import type { Html } from '../texts/html.ts'
import { type QuestionDeps, showOutcome } from './question.ts'

/** `Data` is what the button was made with. */
export interface ButtonAction<Data = unknown> {
  /** Shown at the press. */
  readonly toast: string
  /**
   * Returns what became of it, which a question shows in place of its buttons; null where the action has shown that by
   * itself. If the action rejects, the question says that the outcome is unknown. `message`: the row of the message with the button.
   */
  run(data: Data, owner: Owner, message: number): Promise<Html | null>
}

/** By the names stored with buttons, which outlive a restart. */
export type ButtonActions = ReadonlyMap<string, ButtonAction>

export interface PressDeps extends QuestionDeps {
  readonly log: Logger
  readonly actions: ButtonActions
  /** Runs on by itself; its failure is logged. */
  readonly inBackground: (work: Promise<void>) => void
  readonly toast: (query: string, text: string) => Promise<void>
}

/** Runs before the handler of approval cards, which answers any unknown button. */
export function buttonHandlers(deps: PressDeps): Composer<Context> {
  const composer = new Composer()
  composer.on('callback_query', async ({ callbackQuery, from, chat }, next) => {
    const { id, data: nonce = '', message } = callbackQuery
    if (message === undefined || chat === undefined) return next()
    const now = seconds(deps.clock.now())
    const press = { nonce, user: from.id, chat: chat.id, message: message.message_id, now }
    const toast = answerPress(deps, press)
    if (toast === null) return next()
    deps.inBackground(deps.toast(id, toast))
  })
  return composer
}

/** Returns the toast; null for a button that is none of these. */
function answerPress(deps: PressDeps, press: ButtonPress): string | null {
  const taken = takeButton(deps.store, press)
  if (taken === null) return null
  if (taken.outcome !== 'taken') {
    const about = { code: 'callback_refused', why: taken.outcome }
    deps.log.warn(about, 'a press that fits no button was refused')
    return BUTTON_TOASTS[taken.outcome]
  }
  const { button } = taken
  if (button.action === '') {
    showOutcome(deps, button, NOTHING_DONE, 'over')
    return BUTTON_TOASTS.no
  }
  const action = deps.actions.get(button.action)
  if (action === undefined) {
    if (button.kind === 'question') showOutcome(deps, button, NOTHING_DONE, 'over')
    return BUTTON_TOASTS.unknown
  }
  if (button.kind === 'question') showOutcome(deps, button, UNDER_WAY, 'under way')
  deps.inBackground(act(deps, action, button, press))
  return action.toast
}

async function act(
  deps: PressDeps,
  action: ButtonAction,
  button: ShownButton,
  { user, chat }: Owner,
): Promise<void> {
  const data = JSON.parse(button.data)
  const outcome = await action.run(data, { user, chat }, button.message).catch((error) => {
    const about = { code: 'handler_failed', action: button.action, err: describeError(error) }
    deps.log.error(about, 'the action of a button failed')
    return FAILED
  })
  if (outcome !== null && button.kind === 'question') showOutcome(deps, button, outcome, 'over')
}
