// Deletes what the bot keeps of a removed device. For the terminal, whether the bot runs or not.
import { resolve } from 'node:path'
import type { BotConfig } from './config.ts'
import { forgetDevice } from './store/device.ts'
import { openStore } from './store/open.ts'

/** To be called once config.yaml does not name it any more: a bot that runs may have kept something until then. */
export function forgetKept(config: Pick<BotConfig, 'database'>, home: string, name: string): void {
  const store = openStore(resolve(home, config.database))
  try {
    forgetDevice(store, name)
  } finally {
    store.close()
  }
}
