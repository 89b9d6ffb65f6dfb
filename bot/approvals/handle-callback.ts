// What a pressed button leads to.
import { Composer, type Context } from 'grammy'
import { type ApprovalDeps, answerCallback } from './answer.ts'

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
