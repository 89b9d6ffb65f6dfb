// One call to Telegram that brings one message to the state it is to have.
import { type Api, GrammyError, InlineKeyboard, InputFile } from 'grammy'
import type { ChartInput } from '../charts/input.ts'
import type { Message, Shown } from '../store/messages.ts'
import { findLost, type LostDeps } from './find-lost.ts'
import { unpinIfOver } from './pins.ts'
import { wasRefused } from './telegram-errors.ts'

export interface DeliverDeps extends LostDeps {
  readonly api: Api
  /** A PNG, or null when it cannot be drawn: the text alone is sent then. */
  readonly draw: (chart: ChartInput) => Promise<Uint8Array | null>
  /** Called before a message is sent, because the answer may be lost. */
  readonly onAttempt: () => void
  /** It is known: Telegram has refused it. */
  readonly onRefused: () => void
}

/** Rejects with grammY's errors. */
export async function deliver(deps: DeliverDeps, message: Message): Promise<Shown> {
  if (message.telegram !== null) {
    await unpinIfOver(deps.api, message)
    await editAs(deps.api, message, message)
    const { telegram, form, pinned, content } = message
    return { telegram, form, pinned: pinned && content.pin === true }
  }
  const lost = await findLost(deps, message, (shown) => editAs(deps.api, message, shown))
  return lost ?? send(deps, message)
}

async function send(deps: DeliverDeps, message: Message): Promise<Shown> {
  const { chart } = message.content
  const picture = chart === undefined ? null : await deps.draw(chart)
  deps.onAttempt()
  try {
    return await sendShape(deps.api, message, picture)
  } catch (error) {
    if (wasRefused(error)) deps.onRefused()
    throw error
  }
}

async function sendShape(api: Api, message: Message, picture: Uint8Array | null): Promise<Shown> {
  if (picture === null) return sendText(api, message)
  try {
    return await sendPhoto(api, message, picture)
  } catch (error) {
    // If Telegram refuses the picture, the card is still sent, as text.
    if (error instanceof GrammyError && error.error_code === 400) return sendText(api, message)
    throw error
  }
}

async function sendText(api: Api, message: Message): Promise<Shown> {
  const { chat, content } = message
  const other = {
    ...markup(message),
    ...replyBox(message),
    ...answered(message),
    link_preview_options: { is_disabled: true },
    ...quiet(message),
  }
  const sent = await api.sendMessage(chat, content.html, other)
  return { telegram: sent.message_id, form: 'text', pinned: false }
}

async function sendPhoto(api: Api, message: Message, picture: Uint8Array): Promise<Shown> {
  const { chat, content } = message
  const other = {
    caption: content.html,
    ...markup(message),
    ...answered(message),
    ...quiet(message),
  }
  const sent = await api.sendPhoto(chat, new InputFile(picture, 'chart.png'), other)
  return { telegram: sent.message_id, form: 'photo', pinned: false }
}

/** Gives what Telegram shows under this number the content of `message`. */
async function editAs(api: Api, message: Message, { telegram, form }: Shown): Promise<void> {
  const { chat, content } = message
  if (telegram === null) throw new Error('an edit of a message that was never sent')
  if (form === 'photo') {
    const other = { caption: content.html, ...markup(message) }
    await api.editMessageCaption(chat, telegram, other)
  } else await api.editMessageText(chat, telegram, content.html, markup(message))
}

function markup({ content: { buttons = [] } }: Message) {
  const keyboard = new InlineKeyboard(
    buttons.map((row) =>
      row.map(({ text, data, style }) => ({
        ...InlineKeyboard.text(text, data),
        ...(style !== undefined && { style }),
      })),
    ),
  )
  return {
    parse_mode: 'HTML' as const,
    ...(buttons.length > 0 && { reply_markup: keyboard }),
  }
}

/** Telegram does not allow edits of such a message: it is deleted when it is no longer needed. */
function replyBox({ content: { replyHint } }: Message) {
  if (replyHint === undefined) return {}
  return { reply_markup: { force_reply: true, input_field_placeholder: replyHint } as const }
}

/** A tap leads back to the message that this one answers; the message is sent even if that one was deleted. */
function answered({ answers }: Message) {
  if (answers === null) return {}
  return { reply_parameters: { message_id: answers, allow_sending_without_reply: true } }
}

function quiet({ content }: Message) {
  return content.quiet === true ? { disable_notification: true } : {}
}
