// Plays a user for a test: sends, presses, and waits for what the bot does.
import { deleteMessage, editText, followDeepLink, pressButton, sendText } from './person.ts'
import type { TelegramState } from './telegram-state.ts'
import type { Message, User } from './wire.ts'

const PATIENCE_MS = 60_000

export type CallbackAnswer = { text: string; show_alert: boolean; url?: string }

export class ChatPlayer {
  readonly user: User
  readonly #state: TelegramState
  readonly #answers = new Map<string, CallbackAnswer>()

  constructor(state: TelegramState, user: User) {
    this.user = user
    this.#state = state
    state.chats.listen(user.id, (event) => {
      if (event.type === 'answer') this.#answers.set(event.callback_query_id, event)
    })
  }

  sendText(text: string): Message {
    return sendText(this.#state, this.user, text)
  }

  /** Throws for a message that this user has not sent. */
  editText({ message_id }: Pick<Message, 'message_id'>, text: string): Message {
    const edited = editText(this.#state, this.user, message_id, text)
    if (edited !== undefined) return edited
    throw new Error(`message ${message_id} is not one of user ${this.user.id}`)
  }

  followDeepLink(code: string): 'sent' | 'already sent' {
    return followDeepLink(this.#state, this.user, code)
  }

  /** For both sides, as a person can in a private chat; no update tells the bot. Throws for a message that is not there. */
  deleteMessage({ message_id }: Pick<Message, 'message_id'>): void {
    if (!deleteMessage(this.#state, this.user, message_id))
      throw new Error(`there is no message ${message_id}`)
  }

  /** Ids of the pinned messages, the newest pin first. */
  pinned(): number[] {
    return this.#state.chats.pinned(this.user.id)
  }

  setBlocked(blocked: boolean): void {
    this.#state.chats.setAccess(this.user.id, blocked ? 'blocked' : 'open')
  }

  /** Every message of the chat in its newest state, both sides, oldest first. */
  messages(): Message[] {
    return this.#state.chats.messages(this.user.id)
  }

  /**
   * Presses the button with this text or callback data and returns the callback query's id.
   * Throws when the message does not offer such a button now.
   */
  pressButton(message: Pick<Message, 'message_id'>, button: string): string {
    const current = this.#state.chats.message(this.user.id, message.message_id)
    const offered = current?.reply_markup?.inline_keyboard.flat() ?? []
    const wanted = offered.find((one) => one.text === button || one.callback_data === button)
    const id = pressButton(
      this.#state,
      this.user,
      message.message_id,
      wanted?.callback_data ?? button,
    )
    if (id !== undefined) return id
    throw new Error(
      `no button "${button}" on message ${message.message_id}; offered: ${offered.map((one) => one.text).join(', ') || 'none'}`,
    )
  }

  /** The toast or alert the bot answered a press with. Rejects after `timeout` milliseconds. */
  waitForAnswer(queryId: string, timeout = PATIENCE_MS): Promise<CallbackAnswer> {
    return this.#wait(() => this.#answers.get(queryId), timeout, `answer to press ${queryId}`)
  }

  /** The first message, present or future, new or edited, that fits. `timeout` in milliseconds. */
  waitForMessage(fits: (message: Message) => boolean, timeout = PATIENCE_MS): Promise<Message> {
    return this.#wait(() => this.messages().find(fits), timeout, 'message that fits')
  }

  #wait<T>(find: () => T | undefined, timeout: number, what: string): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const look = () => {
      const found = find()
      if (found !== undefined) resolve(found)
    }
    const stop = this.#state.chats.listen(this.user.id, look)
    const timer = setTimeout(() => reject(new Error(this.#gaveUp(what, timeout))), timeout)
    look()
    return promise.finally(() => {
      clearTimeout(timer)
      stop()
    })
  }

  #gaveUp(what: string, timeout: number): string {
    const lines = this.messages().map(({ from, text, caption }) => {
      const name = from?.is_bot ? 'bot' : 'user'
      return `  ${name}: ${text ?? caption ?? '(photo)'}`
    })
    return [`no ${what} within ${timeout} ms; the chat holds:`, ...lines.slice(-10)].join('\n')
  }
}
