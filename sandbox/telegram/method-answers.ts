// The methods that answer a pressed button and describe a stored file.
import { z } from 'zod'
import { defineMethod } from './define-method.ts'
import { TelegramRefusal } from './refusals.ts'

export const answerCallbackQuery = defineMethod(
  {
    callback_query_id: z.string(),
    text: z.string().optional(),
    show_alert: z.boolean().optional(),
    url: z.string().optional(),
    cache_time: z.int().min(0).optional(),
  },
  ({ queries, chats }, { callback_query_id, text = '', show_alert = false, url }) => {
    if (text.length > 200) throw new TelegramRefusal('answerTooLong')
    const chatId = queries.answer(callback_query_id)
    const link = url === undefined ? {} : { url }
    chats.tell(chatId, { type: 'answer', callback_query_id, text, show_alert, ...link })
    return true
  },
)

export const getFile = defineMethod({ file_id: z.string() }, ({ photos }, { file_id }) => {
  const stored = photos.find(file_id)
  if (!stored) throw new TelegramRefusal('fileInvalid')
  const { file_unique_id, file_size } = stored.size
  return { file_id, file_unique_id, file_size, file_path: stored.path }
})
