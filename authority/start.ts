// The authority as a program: one for each record.
import { resolve } from 'node:path'
import { KeysideError, openLocked } from '@keyside/runtime'
import type { AuthorityConfig } from './config.ts'
import { AuthorityRecord } from './record/record.ts'
import { type AuthorityDeps, Service } from './service.ts'

export interface Authority {
  /** Resolves at the first connection to the broker; rejects with `broker_refused` for a wrong access token. */
  readonly ready: Promise<void>
  stop(): Promise<void>
}

/** Throws `authority_locked`, `database_busy`, `keyset_missing`, or with a code of the check of its keyset. */
export function startAuthority(config: AuthorityConfig, deps: AuthorityDeps): Authority {
  const database = resolve(deps.home, config.database)
  const opened = openLocked(database, (path) => new AuthorityRecord(path))
  if (opened === null)
    throw new KeysideError(
      'authority_locked',
      `another authority uses ${database}: use that one, or stop it first`,
    )
  try {
    const service = new Service(config, deps, opened.value)
    let stopped: Promise<void> | undefined
    return {
      ready: service.ready,
      stop: () => {
        stopped ??= service.stop().finally(opened.close)
        return stopped
      },
    }
  } catch (error) {
    opened.close()
    throw error
  }
}
