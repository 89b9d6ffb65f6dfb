// Whether whoever signed an entry is somebody whose word counts now.
import { deny, type Rule, type Standing } from './rule.ts'

/** Why there are no entries, as a part of a sentence. */
export const STANDINGS: Readonly<Record<Exclude<Standing, 'followed'>, string>> = {
  unknown: 'its provider is not one that this device follows',
  unverified: 'its provider cannot be verified now',
  unreachable: 'its provider cannot be reached',
  ended: 'its provider has ended',
  equivocated: 'its provider has signed two truths with one number',
  removed: 'its provider is not followed any more',
  keyset_missing: 'its provider names a newer keyset than this device has',
  key_revoked: 'the key that signed it is revoked',
}

export const providerState: Rule = {
  tag: 'provider.state',
  check({ kind, provider }) {
    if (kind !== 'entry' || provider === 'followed') return null
    return deny(this, `${STANDINGS[provider]}: no entries until that is over`)
  },
}
