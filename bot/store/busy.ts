// The log line for a bot.db that another program has locked.
import { databaseBusy, type Logger } from '@keyside/runtime'

export function warnBusy(log: Pick<Logger, 'warn'>): () => void {
  return () => log.warn({ code: 'database_busy' }, databaseBusy('bot.db').message)
}
