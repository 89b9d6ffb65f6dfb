// What a pressed button leads to.
import { Composer, type Context } from 'grammy'
import { type ApprovalDeps, answerPress } from './answer.ts'

export interface PressDeps extends ApprovalDeps {
  readonly toast: (query: string, text: string) => Promise<void>
}

export function pressHandlers(deps: PressDeps): Composer<Context> {
  const composer = new Composer()
  composer.on('callback_query', (ctx) => press(deps, ctx))
  return composer
}

function press(deps: PressDeps, { callbackQuery, from, chat }: Context): void {
  const { id, data, message } = callbackQuery ?? {}
  if (id === undefined || from === undefined || chat === undefined || message === undefined) return
  const toast = answerPress(deps, {
    data: data ?? '',
    user: from.id,
    chat: chat.id,
    message: message.message_id,
  })
  deps.inBackground(deps.toast(id, toast))
}
