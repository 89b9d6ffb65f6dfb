// Releases the bot, so that it can be claimed again. For the terminal only: no chat command does this.
import { resolve } from 'node:path'
import type { BotConfig } from './config.ts'
import { openStore } from './store/open.ts'
import { removeOwner } from './store/owner.ts'

/** False when nobody owned it. A running bot notices within a second and shows a new code. */
export function releaseOwner(config: Pick<BotConfig, 'database'>, home: string): boolean {
  const store = openStore(resolve(home, config.database))
  try {
    return removeOwner(store)
  } finally {
    store.close()
  }
}
