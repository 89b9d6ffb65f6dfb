// Renews this device's access to a provider in time; if no new token comes, the trader is told once.
import {
  type Cancel,
  type RenewalOptions,
  readTextIfThere,
  renewAccess,
  writePrivate,
} from '@keyside/runtime'
import type { Input } from '../core/execution/inputs.ts'
import { timeOf } from '../core/model/moment.ts'
import type { providerFiles } from './provider-folder.ts'

/** The device's own files for it. */
export interface AccessFiles {
  /** Stores a new token. */
  readonly keep: (token: string) => void
  /** The last notice about a token that was not renewed, kept so that a restart does not repeat it. */
  readonly told: () => string
  readonly tell: (message: string) => void
}

export function accessFiles({
  token,
  told,
}: Pick<ReturnType<typeof providerFiles>, 'token' | 'told'>): AccessFiles {
  return {
    keep: (text) => writePrivate(token, `${text}\n`),
    told: () => readTextIfThere(told) ?? '',
    tell: (message) => writePrivate(told, message),
  }
}

export interface ProviderRenewal extends Omit<RenewalOptions, 'keep' | 'onRefused'> {
  readonly name: string
  readonly files: AccessFiles
  readonly tryTake: (input: Input) => unknown
}

/** Returns what ends it. */
export function renewProviderAccess({ name, files, tryTake, ...options }: ProviderRenewal): Cancel {
  return renewAccess({
    ...options,
    keep: files.keep,
    onRefused: (why, ends) => {
      const message = `${name}: this device's access ends on ${timeOf(ends)} and is not renewed (${why}): ask the provider`
      if (message === files.told()) return
      const notice = { level: 'warning', code: 'access_not_renewed', message } as const
      tryTake({ type: 'notice', notice })
      files.tell(message)
    },
  })
}
