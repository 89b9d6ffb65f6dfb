// The token of a Telegram bot, as a person pastes it.
import { resolve } from 'node:path'
import { KeysideError, readSecret } from '@keyside/runtime'
import { promptSecret } from './prompt.ts'

/** Telegram's own shape of a token; a wrong paste is noticed here and not at the first message. */
const BOT_TOKEN = /^\d{5,}:[A-Za-z0-9_-]{30,}$/

/** From a private file, or asked for. Throws `bot_token_malformed`. */
export async function readBotToken(file: string | undefined): Promise<string> {
  const token =
    file === undefined
      ? await promptSecret('Token of your Telegram bot, from @BotFather: ')
      : readSecret(resolve(file))
  if (!BOT_TOKEN.test(token))
    throw new KeysideError(
      'bot_token_malformed',
      'that is no bot token: expected digits, a colon and 35 letters, as @BotFather gave it',
    )
  return token
}
