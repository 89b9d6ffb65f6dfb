// The methods that keep a bot's command list.
import { z } from 'zod'
import { chatId, defineMethod } from './define-method.ts'
import { TelegramRefusal } from './refusals.ts'
import type { BotCommand } from './wire.ts'

const place = {
  scope: z
    .union([
      z.object({ type: z.enum(['default', 'all_private_chats', 'all_group_chats']) }),
      z.object({ type: z.literal('chat'), chat_id: chatId }),
    ])
    .optional(),
  language_code: z.string().optional(),
}

export const setMyCommands = defineMethod(
  {
    commands: z.array(z.object({ command: z.string(), description: z.string() })).max(100),
    ...place,
  },
  ({ commands: lists, chats, users }, { commands, scope, language_code }) => {
    lists.set(scope, language_code ?? '', commands.map(checkCommand))
    for (const { id } of users) chats.tell(id, { type: 'commands', commands: lists.seenIn(id) })
    return true
  },
)

export const getMyCommands = defineMethod(
  place,
  ({ commands: lists }, { scope, language_code }) => lists.get(scope, language_code ?? '') ?? [],
)

function checkCommand({ command, description }: BotCommand): BotCommand {
  const name = command.replace(/^\//, '')
  if (!/^[a-z0-9_]{1,32}$/.test(name)) throw new TelegramRefusal('commandInvalid')
  const length = description.trim().length
  if (length < 1 || length > 256) throw new TelegramRefusal('commandDescription')
  return { command: name, description: description.trim() }
}
