// bot.db in the hands of another program: what the log says about it.
import { databaseBusy, type Logger } from '@keyside/runtime'

export function warnBusy(log: Pick<Logger, 'warn'>): () => void {
  return () => log.warn({ code: 'database_busy' }, databaseBusy('bot.db').message)
}
