// One call to Telegram that brings one message to the state it is to have.
import { type Api, GrammyError, InlineKeyboard, InputFile } from 'grammy'
import type { ChartInput } from '../charts/input.ts'
import type { Message, Shown } from '../store/messages.ts'

export interface DeliverDeps {
  readonly api: Api
  /** A PNG, or null when it cannot be drawn: the text alone is sent then. */
  readonly draw: (chart: ChartInput) => Promise<Uint8Array | null>
}

/** Rejects with grammY's errors. */
export async function deliver(deps: DeliverDeps, message: Message): Promise<Shown> {
  if (message.telegram !== null) {
    await edit(deps.api, message, message.telegram)
    return { telegram: message.telegram, form: message.form }
  }
  const { chart } = message.content
  const picture = chart === undefined ? null : await deps.draw(chart)
  if (picture === null) return sendText(deps.api, message)
  try {
    return await sendPhoto(deps.api, message, picture)
  } catch (error) {
    // If Telegram refuses the picture, the card is still sent, as text.
    if (error instanceof GrammyError && error.error_code === 400) return sendText(deps.api, message)
    throw error
  }
}

async function sendText(api: Api, message: Message): Promise<Shown> {
  const { chat, content } = message
  const other = {
    ...markup(message),
    ...replyBox(message),
    link_preview_options: { is_disabled: true },
    ...quiet(message),
  }
  const sent = await api.sendMessage(chat, content.html, other)
  return { telegram: sent.message_id, form: 'text' }
}

async function sendPhoto(api: Api, message: Message, picture: Uint8Array): Promise<Shown> {
  const { chat, content } = message
  const other = { caption: content.html, ...markup(message), ...quiet(message) }
  const sent = await api.sendPhoto(chat, new InputFile(picture, 'chart.png'), other)
  return { telegram: sent.message_id, form: 'photo' }
}

async function edit(api: Api, message: Message, number: number): Promise<void> {
  const { chat, content, form } = message
  if (form === 'photo') {
    const other = { caption: content.html, ...markup(message) }
    await api.editMessageCaption(chat, number, other)
  } else await api.editMessageText(chat, number, content.html, markup(message))
}

function markup({ content: { buttons = [] } }: Message) {
  const keyboard = new InlineKeyboard(
    buttons.length === 0 ? [] : [buttons.map(({ text, data }) => InlineKeyboard.text(text, data))],
  )
  return {
    parse_mode: 'HTML' as const,
    ...(buttons.length > 0 && { reply_markup: keyboard }),
  }
}

/** Telegram lets such a message never be edited: it is deleted when it has served. */
function replyBox({ content: { replyHint } }: Message) {
  if (replyHint === undefined) return {}
  return { reply_markup: { force_reply: true, input_field_placeholder: replyHint } as const }
}

function quiet({ content }: Message) {
  return content.quiet === true ? { disable_notification: true } : {}
}
