// What the configuration of a home says to its executor.
import { type ExecutorConfig, executorConfig } from '@keyside/executor/config'
import { loadConfig } from '@keyside/runtime'
import { environmentOf } from './environment-of.ts'

export function executorSection(home: string): ExecutorConfig {
  return loadConfig('executor', executorConfig, home, environmentOf(home))
}
