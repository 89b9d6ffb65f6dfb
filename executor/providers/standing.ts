// A provider's standing, as a word and a sentence: of several problems the most important one.
import { timeOf } from '../core/model/moment.ts'
import type { ProviderStatus } from '../core/model/provider.ts'

/** What is known of a provider now. Times in Unix ms. */
export interface ProviderFacts {
  readonly name: string
  /** Where its broker is. */
  readonly url: string
  /** Two keysets of one version were signed by its root. */
  readonly conflict: 'none' | 'seen'
  /** `pinned`: an engine of one's own, whose key is in config.yaml. */
  readonly keyset: 'pinned' | 'missing' | { readonly expires: number }
  /** Whether this release knows a version of the wire that it speaks. */
  readonly wire: 'known' | 'unknown'
  /** Why its messages are not taken, when for a head's life none was; null while they are. */
  readonly unverified: string | null
  /** Whether its broker refuses this device. */
  readonly access: 'good' | 'refused'
  /** Why the connection cannot be trusted; null where nothing speaks against it. */
  readonly blocked: string | null
  /** Since when there is no connection; null while there is one. */
  readonly downSince: number | null
}

export interface Standing {
  readonly status: Exclude<ProviderStatus, 'removed'>
  readonly message: string
}

/** A broker that is started anew is back before this, ms. */
export const DOWN_MS = 60_000
/** Heads come every 15 s and live 45 s: for so long a line that carries nothing good is only a bad moment, ms. */
export const UNVERIFIED_MS = 45_000

const GOES_ON = 'what you hold of it is looked after as before'

export function standingOf(facts: ProviderFacts, now: number): Standing {
  const { name, url, conflict, keyset, wire, unverified, access, blocked, downSince } = facts
  const as = (status: Standing['status'], message: string) => ({
    status,
    message: `${name}: ${message}`,
  })
  if (conflict === 'seen')
    return as(
      'equivocated',
      `its root signed two keysets with one version number: it gets no entries, and ${GOES_ON}; ask the provider, then follow it anew with a new link`,
    )
  if (access === 'refused')
    return as(
      'ended',
      `its broker no longer takes this device: no signal comes, and ${GOES_ON}; ${keyset === 'pinned' ? 'make a new one with "keyside init --renew"' : `ask the provider for a new link, or run "keyside providers remove ${name}"`}`,
    )
  if (keyset === 'missing')
    return as(
      'unverified',
      `no keyset of it has come yet, so none of its signals counts; ${GOES_ON}`,
    )
  if (keyset !== 'pinned' && now >= keyset.expires)
    return as(
      'unverified',
      `its keyset ended on ${timeOf(keyset.expires)}, so none of its signals counts until it publishes a new one; ${GOES_ON}: ask the provider`,
    )
  if (wire === 'unknown')
    return as(
      'unverified',
      `it no longer speaks the version of the wire that this device knows, so none of its signals counts; ${GOES_ON}: update Keyside`,
    )
  if (blocked !== null) return as('unreachable', `${blocked}; no signal comes, and ${GOES_ON}`)
  if (downSince !== null && now >= downSince + DOWN_MS)
    return as(
      'unreachable',
      `its broker at ${url} has not been reached since ${timeOf(downSince)}, so no signal comes; ${GOES_ON}, and the connection is tried again`,
    )
  if (unverified !== null)
    return as(
      'unverified',
      `${unverified}, so none of its signals counts; ${GOES_ON}: ask the provider`,
    )
  return as('followed', 'its signals are verified and counted')
}

/** Why a message of a provider is not taken, where that is about its keys and not about the message. */
const ABOUT_KEYS: Readonly<Record<string, string>> = {
  header_not_pinned: 'its messages are signed with a key that its keyset does not name',
  key_revoked: 'its messages are signed with a key that it has revoked',
  key_expired: 'its messages are signed with a key whose time is over',
  key_out_of_scope: 'its messages are signed with a key that is for other plans or markets',
  signature_invalid: 'its messages are altered on the way, or not signed by it',
}

/** Null if the refusal is not about the keys. */
export function aboutKeys(code: string): string | null {
  return ABOUT_KEYS[code] ?? null
}
