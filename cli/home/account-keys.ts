// No two accounts of a home share an API key: each would count the other's orders, and use up its limits.
import { type ExchangeKeys, exchangeKeys, type Keychain, PAPER } from '@keyside/executor'
import { KeysideError } from '@keyside/runtime'
import { accountsOf, wholeHome } from './accounts.ts'
import { executorSection } from './executor-section.ts'

/** `home` is of the account that is to have `keys`. Rejects with `key_in_use`, and where another's keychain cannot be opened. */
export async function refuseSharedKey(
  home: string,
  keys: Pick<ExchangeKeys, 'exchange' | 'apiKey'>,
  open: (home: string) => Promise<Keychain>,
): Promise<void> {
  for (const other of accountsOf(wholeHome(home))) {
    const { account, exchange } = executorSection(other.home)
    if (other.home === home || exchange.name === PAPER) continue
    const kept = await exchangeKeys(await open(other.home), account)
    if (kept?.exchange === keys.exchange && kept.apiKey === keys.apiKey)
      throw new KeysideError(
        'key_in_use',
        `account "${other.name}" uses this API key: make one key for each account`,
      )
  }
}
