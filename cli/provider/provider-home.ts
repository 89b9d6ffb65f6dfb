// The provider's part of this home, for commands.
import {
  type AuthorityConfig,
  authorityConfig,
  currentKeyset,
  keysetTime,
  Provider,
} from '@keyside/authority'
import { seconds } from '@keyside/protocol'
import {
  type Clock,
  KeysideError,
  keysideHome,
  loadConfig,
  type RandomBytes,
  systemClock,
  systemRandomBytes,
} from '@keyside/runtime'
import { programsOf } from '../home/roles.ts'
import { environment } from '../terminal/config.ts'

export interface ProviderHome {
  readonly home: string
  readonly config: AuthorityConfig
  readonly clock: Clock
  readonly randomBytes: RandomBytes
}

export function providerHome(): ProviderHome {
  const home = keysideHome()
  if (!programsOf(home).includes('authority'))
    throw new KeysideError(
      'provider_home_missing',
      `${home} is no provider's home: run this where yours is, or make one in another KEYSIDE_HOME with "keyside init --role provider"`,
    )
  const config = loadConfig('authority', authorityConfig, home, environment)
  return { home, config, clock: systemClock, randomBytes: systemRandomBytes }
}

/** Closes the record when `use` is done. */
export async function withProvider<T>(
  use: (provider: Provider, parts: ProviderHome) => Promise<T> | T,
): Promise<T> {
  const parts = providerHome()
  const provider = new Provider(parts)
  try {
    return await use(provider, parts)
  } finally {
    provider.close()
  }
}

/** The lines that say what is to be done about the keyset; none if nothing is. */
export function keysetReminder(parts: Pick<ProviderHome, 'home' | 'config' | 'clock'>): string[] {
  const { state, text } = keysetTime(currentKeyset(parts), seconds(parts.clock.now()))
  return state === 'in_time' ? [] : ['', text]
}
