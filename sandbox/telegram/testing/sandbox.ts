// Starts a sandbox Telegram as the tests of this folder need it.
import { stoppedClock } from '../../market/manual-clock.ts'
import { type SandboxTelegram, startTelegram, type TelegramOptions } from '../start.ts'

export const TOKEN = '424242:sandbox-token'

/** Bind it with `await using`, so that it stops with the test. */
export function openSandbox(options: Partial<TelegramOptions> = {}): Promise<SandboxTelegram> {
  return startTelegram({
    token: TOKEN,
    botUsername: 'keyside_bot',
    clock: stoppedClock(1_700_000_000_000),
    ...options,
  })
}

/** A chat the user has opened, as every bot needs before it may write. */
export function openChat(telegram: SandboxTelegram) {
  const chat = telegram.chat()
  chat.sendText('hello')
  return chat
}

/** The answer to a raw Bot API call, for what grammY would never send. */
export async function callRaw(
  telegram: SandboxTelegram,
  method: string,
  body?: Record<string, unknown>,
  token = TOKEN,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${telegram.address}/bot${token}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body ?? {}),
  })
  return (await response.json()) as Record<string, unknown>
}
