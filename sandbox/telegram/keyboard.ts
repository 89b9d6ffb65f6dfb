// What a reply_markup may be, and the checks Telegram makes on inline buttons.
import { z } from 'zod'
import { TelegramRefusal } from './refusals.ts'
import type { Button, InlineKeyboard } from './wire.ts'

const button = z.object({
  text: z.string().min(1),
  callback_data: z.string().optional(),
  url: z.string().optional(),
  copy_text: z.object({ text: z.string().min(1).max(256) }).optional(),
  style: z.enum(['danger', 'success', 'primary']).optional(),
})

export const inlineKeyboard = z.object({ inline_keyboard: z.array(z.array(button)) })

/** Reply keyboards are left out on purpose: the chat page has none. */
export const replyMarkup = z.union([
  inlineKeyboard,
  z.object({ remove_keyboard: z.literal(true), selective: z.boolean().optional() }),
  z.object({
    force_reply: z.literal(true),
    input_field_placeholder: z.string().min(1).max(64).optional(),
    selective: z.boolean().optional(),
  }),
])

/** The keyboard to keep on the message, or nothing when there are no buttons. */
export function checkKeyboard(
  markup: z.infer<typeof replyMarkup> | undefined,
): InlineKeyboard | undefined {
  if (!markup || !('inline_keyboard' in markup)) return undefined
  const rows = markup.inline_keyboard.map((row) => row.map(checkButton))
  const filled = rows.filter((row) => row.length > 0)
  return filled.length > 0 ? { inline_keyboard: filled } : undefined
}

function checkButton({ text, style, ...actions }: z.infer<typeof button>): Button {
  const { callback_data, url, copy_text } = actions
  const given = [callback_data, url, copy_text].filter((action) => action !== undefined)
  if (given.length !== 1) throw new TelegramRefusal('buttonAction')
  const kept = style ? { text, style } : { text }
  if (copy_text) return { ...kept, copy_text }
  if (url !== undefined) return { ...kept, url: checkUrl(url) }
  const size = Buffer.byteLength(callback_data ?? '')
  if (size < 1 || size > 64) throw new TelegramRefusal('buttonData')
  return { ...kept, callback_data: callback_data ?? '' }
}

function checkUrl(url: string): string {
  const protocol = URL.parse(url)?.protocol ?? ''
  if (!['http:', 'https:', 'tg:'].includes(protocol)) throw new TelegramRefusal('buttonUrl', url)
  return url
}
