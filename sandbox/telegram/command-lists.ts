// Keeps what setMyCommands was told, by scope and language.
import type { BotCommand } from './wire.ts'

export type Scope = { type: string; chat_id?: number | string | undefined } | undefined

export class CommandLists {
  readonly #lists = new Map<string, BotCommand[]>()

  set(scope: Scope, language: string, commands: BotCommand[]): void {
    this.#lists.set(key(scope, language), commands)
  }

  get(scope: Scope, language: string): BotCommand[] | undefined {
    return this.#lists.get(key(scope, language))
  }

  /** The list a private chat sees: the narrowest scope that has one. */
  seenIn(chatId: number): BotCommand[] {
    const scopes = [{ type: 'chat', chat_id: chatId }, { type: 'all_private_chats' }, undefined]
    return scopes.map((scope) => this.get(scope, '')).find((list) => list !== undefined) ?? []
  }
}

function key(scope: Scope, language: string): string {
  return [scope?.type ?? 'default', scope?.chat_id ?? '', language].join(' ')
}
