// This device's keys for its providers: one for each, so that two of them cannot tell that it is one trader.
import { decodeBase64url, encodeBase64url, id, type SigningKey } from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import type { RandomBytes } from '@keyside/runtime'
import type { Enrolment, EnrolmentKeys } from '../providers/enrolment-keys.ts'
import type { Keychain } from './port.ts'
import { malformed } from './secrets.ts'

const nameOf = (provider: string) => `provider/${id.parse(provider)}`
const pendingOf = (of: Enrolment) => `enrolment/${id.parse(of.id)}/${of.root}`

/** Null when there is none. */
export async function providerKey(
  keychain: Pick<Keychain, 'get'>,
  provider: string,
): Promise<SigningKey | null> {
  const kept = await keychain.get(nameOf(provider))
  return kept === null ? null : keyOf(kept, nameOf(provider))
}

export function removeProviderKey(keychain: Keychain, provider: string): Promise<boolean> {
  return keychain.remove(nameOf(provider))
}

/** Kept before it is shown to anybody: an answer that got lost can then be asked for again. */
export function enrolmentKeys(keychain: Keychain, randomBytes: RandomBytes): EnrolmentKeys {
  return {
    async make(enrolment) {
      const name = pendingOf(enrolment)
      const kept = await keychain.get(name)
      const seed = kept ?? encodeBase64url(randomBytes(32))
      if (kept === null) await keychain.set(name, seed)
      return keyOf(seed, name)
    },
    async keep(provider, enrolment) {
      const seed = await keychain.get(pendingOf(enrolment))
      if (seed === null) throw new Error('the key of an enrolment is gone')
      await keychain.set(nameOf(provider), seed)
      await keychain.remove(pendingOf(enrolment))
    },
    async forget(enrolment) {
      await keychain.remove(pendingOf(enrolment))
    },
  }
}

function keyOf(seed: string, name: string): SigningKey {
  const bytes = decodeBase64url(seed)
  if (bytes?.length !== 32) throw malformed(name)
  return signingKey(bytes)
}
