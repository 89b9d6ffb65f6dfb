// The methods the sandbox answers; every other name is not found.

import type { Method } from './define-method.ts'
import { answerCallbackQuery, getFile } from './method-answers.ts'
import { getMyCommands, setMyCommands } from './methods-commands.ts'
import {
  deleteMessage,
  editMessageCaption,
  editMessageMedia,
  editMessageReplyMarkup,
  editMessageText,
} from './methods-edit.ts'
import { sendChatAction, sendMessage, sendPhoto } from './methods-send.ts'
import { deleteWebhook, getMe, getUpdates, getWebhookInfo } from './methods-updates.ts'

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
