// The part of the Bot API's vocabulary that the sandbox speaks, in Telegram's own field names.

export type User = {
  id: number
  is_bot: boolean
  first_name: string
  username?: string
  language_code?: string
}

export type Chat = {
  id: number
  type: 'private' | 'group' | 'supergroup' | 'channel'
  title?: string
  first_name?: string
  username?: string
}

/** `offset` and `length` count UTF-16 code units. */
export type Entity = {
  type: string
  offset: number
  length: number
  url?: string
  language?: string
}

export type FormattedText = { text: string; entities: Entity[] }

export type Button = {
  text: string
  callback_data?: string
  url?: string
  copy_text?: { text: string }
  style?: 'danger' | 'success' | 'primary'
}

export type InlineKeyboard = { inline_keyboard: Button[][] }

export type PhotoSize = {
  file_id: string
  file_unique_id: string
  file_size: number
  width: number
  height: number
}

export type Message = {
  message_id: number
  from?: User
  chat: Chat
  /** Unix seconds. */
  date: number
  edit_date?: number
  text?: string
  entities?: Entity[]
  photo?: PhotoSize[]
  caption?: string
  caption_entities?: Entity[]
  show_caption_above_media?: boolean
  has_media_spoiler?: boolean
  has_protected_content?: boolean
  reply_markup?: InlineKeyboard
  reply_to_message?: Message
  /** Makes it a service message, which says that this one was pinned. */
  pinned_message?: Message
}

export type BotCommand = { command: string; description: string }

/** One of the update kinds beside the id; a forged update may carry any shape. */
export type Update = { update_id: number; [kind: string]: unknown }
