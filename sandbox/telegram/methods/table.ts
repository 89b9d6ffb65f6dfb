// The methods the sandbox answers; every other name is not found.
import { answerCallbackQuery, getFile } from './answers.ts'
import { getMyCommands, setMyCommands } from './commands.ts'
import type { Method } from './define-method.ts'
import {
  deleteMessage,
  editMessageCaption,
  editMessageMedia,
  editMessageReplyMarkup,
  editMessageText,
} from './edit.ts'
import { sendChatAction, sendMessage, sendPhoto } from './send.ts'
import { deleteWebhook, getMe, getUpdates, getWebhookInfo } from './updates.ts'

export const METHODS: ReadonlyMap<string, Method> = new Map(
  Object.entries({
    answerCallbackQuery,
    deleteMessage,
    deleteWebhook,
    editMessageCaption,
    editMessageMedia,
    editMessageReplyMarkup,
    editMessageText,
    getFile,
    getMe,
    getMyCommands,
    getUpdates,
    getWebhookInfo,
    sendChatAction,
    sendMessage,
    sendPhoto,
    setMyCommands,
  }),
)
