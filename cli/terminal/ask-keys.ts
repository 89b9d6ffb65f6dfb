// An exchange key at the terminal: asked for, and what the exchange says of it.
import {
  type ExchangeKeys,
  type ExecutorConfig,
  type KeyRights,
  type KeyWarning,
  PAPER,
  sentenceOf,
  venueFacts,
} from '@keyside/executor'
import { KeysideError, readSecret, systemClock } from '@keyside/runtime'
import { prompt, promptSecret } from './prompt.ts'

/** With the time of now. `secretFile`: a private key in PEM form. */
export async function askForKeys(
  exchange: ExecutorConfig['exchange'],
  secretFile: string | undefined,
): Promise<ExchangeKeys> {
  const apiKey = (await prompt(`API key of ${exchange.name}: `)).trim()
  const secret =
    secretFile === undefined ? await promptSecret('Its secret: ') : readSecret(secretFile)
  const passphrase = venueFacts(exchange).credentials.includes('passphrase')
    ? await promptSecret('Its passphrase, chosen with the key: ')
    : undefined
  const added = systemClock.now()
  return { exchange: exchange.name, apiKey, secret: secret.trim(), passphrase, added }
}

/** Throws `paper_has_no_key`. */
export function requireKeys({ name }: { name: string }): void {
  if (name === PAPER)
    throw new KeysideError(
      'paper_has_no_key',
      'this account is on paper, and no key is asked for or read there: nothing is to be done. For real money add an account beside it: keyside accounts add live --exchange binance',
    )
}

/** Throws `exchange_key_refused`, or `exchange_unreachable` without an answer: an unchecked key is not stored. */
export function judged(
  asked:
    | { readonly ok: true; readonly value: KeyRights }
    | { readonly ok: false; readonly message: string; readonly code?: 'exchange_key_refused' },
): KeyRights {
  if (asked.ok) return asked.value
  if (asked.code !== undefined)
    throw new KeysideError(
      asked.code,
      `${asked.message}: look at the key, its secret and its IP list at the exchange, then run it again`,
    )
  throw new KeysideError(
    'exchange_unreachable',
    `could not ask the exchange what the key may do: ${asked.message}; try again in some minutes`,
  )
}

export function warningLine(code: KeyWarning): string {
  return `warning: ${sentenceOf(code)} (${code})`
}
