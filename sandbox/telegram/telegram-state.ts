// The state that one sandbox Telegram consists of.
import type { Clock } from '@keyside/runtime'
import { CallbackQueries } from './callback-queries.ts'
import { Chats } from './chats.ts'
import { CommandLists } from './command-lists.ts'
import { Faults } from './faults.ts'
import { PhotoStore } from './photo-store.ts'
import { UpdateQueue } from './update-queue.ts'
import type { User } from './wire.ts'

export type ApiCall = {
  /** Unix milliseconds. */
  at: number
  method: string
  payload: Record<string, unknown>
  files: { name: string; size: number }[]
  outcome: 'pending' | 'answered' | 'refused' | 'fault' | 'abandoned'
  /** The description or the fault's name, when the outcome is not `answered`. */
  reason?: string
  /** What Telegram lets pass in silence, such as a parameter that it does not know. */
  warnings?: string[]
}

export type TelegramStateOptions = {
  token: string
  botUsername: string
  /** The name above the chat; the username when left out. */
  botName?: string
  clock: Pick<Clock, 'now'>
  /** The people who can open the chat page; the first one by default. */
  users?: readonly { id: number; first_name: string; username?: string }[]
  updateIdStart?: number
}

export type TelegramState = ReturnType<typeof createTelegramState>

const DEFAULT_USERS = [{ id: 1001, first_name: 'You', username: 'you' }]

export function createTelegramState(options: TelegramStateOptions) {
  const { token, clock, botUsername, botName = botUsername } = options
  const id = Number(token.split(':')[0])
  const bot: User = { id, is_bot: true, first_name: botName, username: botUsername }
  const users = (options.users ?? DEFAULT_USERS).map((user): User => ({ is_bot: false, ...user }))
  return {
    token,
    clock,
    bot,
    users,
    chats: new Chats(),
    updates: new UpdateQueue(options.updateIdStart ?? 1),
    queries: new CallbackQueries(clock),
    photos: new PhotoStore(),
    commands: new CommandLists(),
    faults: new Faults(),
    calls: [] as ApiCall[],
  }
}

/** Telegram's dates are Unix seconds. */
export function seconds(state: TelegramState): number {
  return Math.floor(state.clock.now() / 1000)
}
