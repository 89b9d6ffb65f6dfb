// Keeps every chat and message of the sandbox and tells listeners what changed.
import { EventEmitter } from 'node:events'
import { TelegramRefusal } from './refusals.ts'
import type { BotCommand, Chat, Message } from './wire.ts'

export type ChatEvent =
  | { type: 'message'; message: Message }
  | { type: 'deleted'; message_id: number }
  /** Newest first. */
  | { type: 'pinned'; message_ids: number[] }
  | { type: 'action'; action: string }
  | { type: 'commands'; commands: BotCommand[] }
  | { type: 'answer'; callback_query_id: string; text: string; show_alert: boolean; url?: string }

type OpenChat = {
  chat: Chat
  messages: Map<number, Message>
  /** Newest first. */
  pinned: number[]
  access: 'open' | 'blocked'
}

export class Chats {
  readonly #chats = new Map<number, OpenChat>()
  readonly #events = new EventEmitter()
  #lastMessageId = 0

  constructor() {
    this.#events.setMaxListeners(0)
  }

  /** A bot meets a chat when the chat first writes to it, not before. */
  open(chat: Chat): void {
    if (!this.#chats.has(chat.id))
      this.#chats.set(chat.id, { chat, messages: new Map(), pinned: [], access: 'open' })
  }

  /** The chat a bot may write to; refuses the unknown and the blocked. */
  reach(id: number | string): Chat {
    const found = this.#chats.get(Number(id))
    if (!found) throw new TelegramRefusal('chatNotFound')
    if (found.access === 'blocked') throw new TelegramRefusal('blocked')
    return found.chat
  }

  setAccess(id: number, access: OpenChat['access']): void {
    const found = this.#chats.get(id)
    if (found) found.access = access
  }

  messages(id: number): Message[] {
    return [...(this.#chats.get(id)?.messages.values() ?? [])]
  }

  message(chatId: number, messageId: number): Message | undefined {
    return this.#chats.get(chatId)?.messages.get(messageId)
  }

  nextMessageId(): number {
    this.#lastMessageId += 1
    return this.#lastMessageId
  }

  /** Adds a message, or puts an edited one in its old place. */
  put(message: Message): Message {
    this.#chats.get(message.chat.id)?.messages.set(message.message_id, message)
    this.tell(message.chat.id, { type: 'message', message })
    return message
  }

  remove(chatId: number, messageId: number): void {
    this.#chats.get(chatId)?.messages.delete(messageId)
    this.tell(chatId, { type: 'deleted', message_id: messageId })
    this.unpin(chatId, messageId)
  }

  /** Ids of messages, the newest pin first. */
  pinned(chatId: number): number[] {
    return this.#chats.get(chatId)?.pinned ?? []
  }

  pin(chatId: number, messageId: number): void {
    const others = this.pinned(chatId).filter((id) => id !== messageId)
    this.#setPinned(chatId, [messageId, ...others])
  }

  /** Does nothing where it is not pinned. */
  unpin(chatId: number, messageId: number): void {
    const before = this.pinned(chatId)
    if (!before.includes(messageId)) return
    this.#setPinned(
      chatId,
      before.filter((id) => id !== messageId),
    )
  }

  #setPinned(chatId: number, pinned: number[]): void {
    const found = this.#chats.get(chatId)
    if (found) found.pinned = pinned
    this.tell(chatId, { type: 'pinned', message_ids: pinned })
  }

  tell(chatId: number, event: ChatEvent): void {
    this.#events.emit(String(chatId), event)
  }

  /** Returns the way to stop listening. */
  listen(chatId: number, listener: (event: ChatEvent) => void): () => void {
    this.#events.on(String(chatId), listener)
    return () => {
      this.#events.off(String(chatId), listener)
    }
  }
}
