// What a pressed button leads to.
import { Composer, type Context } from 'grammy'
import { type ApprovalDeps, answerPress } from './answer.ts'

export interface PressDeps extends ApprovalDeps {
  readonly inBackground: (work: Promise<void>) => void
  readonly toast: (query: string, text: string) => Promise<void>
}

export function pressHandlers(deps: PressDeps): Composer<Context> {
  const composer = new Composer()
  composer.on('callback_query', (ctx) => deps.inBackground(press(deps, ctx)))
  return composer
}

async function press(deps: PressDeps, { callbackQuery, from, chat }: Context): Promise<void> {
  const { id, data, message } = callbackQuery ?? {}
  if (id === undefined || from === undefined || chat === undefined || message === undefined) return
  const toast = await answerPress(deps, {
    data: data ?? '',
    user: from.id,
    chat: chat.id,
    message: message.message_id,
  })
  await deps.toast(id, toast)
}
