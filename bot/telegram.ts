// grammY as this bot uses it: one client that polls, one that sends.
import { resolve } from 'node:path'
import { KeysideError, readSecret } from '@keyside/runtime'
import { Api, Bot } from 'grammy'
import type { BotConfig } from './config.ts'

/** A call that takes longer has failed; long polling holds one for 30 s. */
const CALL_SECONDS = 20
const POLL_SECONDS = 45

export interface Telegram {
  readonly token: string
  readonly bot: Bot
  readonly api: Api
  toast(query: string, text: string): Promise<void>
}

/** Throws a KeysideError `telegram_token_malformed`, or one for the file. */
export function createTelegram({ telegram }: BotConfig, home: string): Telegram {
  const token = readToken(resolve(home, telegram.tokenFile))
  const root = telegram.address === undefined ? {} : { apiRoot: telegram.address }
  const api = new Api(token, { ...root, timeoutSeconds: CALL_SECONDS })
  return {
    token,
    bot: new Bot(token, { client: { ...root, timeoutSeconds: POLL_SECONDS } }),
    api,
    toast: async (query, text) => {
      await api.answerCallbackQuery(query, { text })
    },
  }
}

function readToken(path: string): string {
  const token = readSecret(path)
  if (/^\d+:[\w-]+$/.test(token)) return token
  throw new KeysideError(
    'telegram_token_malformed',
    `${path} holds no bot token: paste the one that @BotFather gave you, such as 123456:ABC-def`,
  )
}
