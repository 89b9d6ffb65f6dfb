// Following a provider: who the link leads to, then an enrolment, and everything stored once it was answered.
import { resolve } from 'node:path'
import {
  HOME,
  type Invitation,
  id,
  type Keyset,
  keysetTopic,
  parseInvitation,
  verifyKeyset,
} from '@keyside/protocol'
import {
  type Clock,
  enrol,
  fetchKeyset,
  KeysideError,
  type Logger,
  type RandomBytes,
  tlsTrust,
} from '@keyside/runtime'
import { JOURNAL_FILE } from '../journal/database.ts'
import { type JournaledRoots, rootsInJournal } from '../journal/providers.ts'
import { askCatalogue, type Listed } from './catalogue.ts'
import type { EnrolmentKeys } from './enrolment-keys.ts'
import {
  type ProviderRecord,
  providerNames,
  readProvider,
  writeProvider,
} from './provider-folder.ts'

export interface FollowDeps {
  /** KEYSIDE_HOME. */
  readonly home: string
  readonly database?: string
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly randomBytes: RandomBytes
  readonly log: Logger
}

/** What a link leads to, verified by the root that it names. */
export interface Offer {
  readonly invitation: Invitation
  /** The device's own name for the provider. */
  readonly name: string
  /** Who it is on this device: the root that was pinned first, which may be one before the root of the link. */
  readonly root: string
  /** Whether it was followed before, by the same name. */
  readonly before: 'none' | 'followed' | 'removed'
  readonly keyset: Extract<Awaited<ReturnType<typeof fetchKeyset>>, { ok: true }>
  /** Those of the invitation, as the keyset describes them. */
  readonly plans: Keyset['plans']
  readonly url: string
}

/**
 * Asks the provider's broker, and changes nothing. Rejects with `invitation_malformed`, `invitation_plaintext`,
 * `invitation_expired`, `invitation_refused`, `invitation_pairs`, `provider_name_taken`, `provider_followed_as`,
 * `provider_plan_unknown`, `keyset_unseen`, a code of keysets or one of the link.
 */
export async function readOffer(
  link: string,
  as: string | undefined,
  deps: FollowDeps,
): Promise<Offer> {
  const read = parseInvitation(link.trim(), { now: deps.clock.now() / 1_000, plaintext: false })
  if (!read.ok)
    throw new KeysideError(
      read.code,
      read.code === 'invitation_malformed'
        ? `${read.message}: give all of it in quotation marks, or ask the provider for a new link`
        : `${read.message}: ask the provider for a new link`,
    )
  const { invitation } = read
  const { provider, host, port, tls } = invitation
  if (provider === HOME)
    throw new KeysideError(
      'invitation_pairs',
      'this link pairs a bot with its device: use it with "keyside pair" where the bot runs',
    )
  const name = as ?? provider
  requireUsable(name)
  const keyset = await fetchKeyset(invitation, deps)
  if (!keyset.ok) throw new KeysideError(keyset.code, keyset.message)
  const { root, before } = identityOf(name, invitation, keyset.text, deps)
  const { claims } = keyset.keyset
  const plans = invitation.plans.map((plan) => planOf(claims, plan))
  const url = `${tls === 'none' ? 'mqtt' : 'mqtts'}://${host}:${port}`
  return { invitation, name, root, before, keyset, plans, url }
}

function planOf({ plans }: Keyset, name: string): Keyset['plans'][number] {
  const plan = plans.find((each) => each.plan === name)
  if (plan !== undefined) return plan
  throw new KeysideError(
    'provider_plan_unknown',
    `the provider's keyset has no plan "${name}": ask the provider for a new link`,
  )
}

function requireUsable(name: string): void {
  if (id.safeParse(name).success && name !== HOME) return
  throw new KeysideError(
    'provider_name_invalid',
    `"${name}" cannot be the name of a provider: take 1 to 32 of a-z, 0-9 and "-", and not "${HOME}", which is your own engine`,
  )
}

/** One name, one provider, and one provider, one name: positions and numbers bear it for good. */
function identityOf(
  name: string,
  { provider, root }: Invitation,
  text: string,
  deps: FollowDeps,
): Pick<Offer, 'root' | 'before'> {
  const { home, database = JOURNAL_FILE, clock } = deps
  const rootsOf = (each: string): JournaledRoots | null => {
    const journaled = rootsInJournal(resolve(home, database), each)
    const found = readProvider(home, each)
    if (!('record' in found)) return journaled
    const { root: pinned } = found.record
    return { root: pinned, inForce: journaled?.root === pinned ? journaled.inForce : pinned }
  }
  // A root that took another's place is the same provider's where that other, or one after it, has signed for it.
  const isSame = ({ root: pinned, inForce }: JournaledRoots) => {
    if (pinned === root) return true
    const now = clock.now() / 1_000
    return verifyKeyset(text, { pinned: inForce, now, topic: keysetTopic(provider), held: null }).ok
  }
  const known = rootsOf(name)
  if (known !== null && !isSame(known))
    throw new KeysideError(
      'provider_name_taken',
      `"${name}" is another provider on this device (its root begins with ${known.root.slice(0, 8)}, this one's with ${root.slice(0, 8)}): if you expected the same one, do not follow this link and ask there; else choose a name with --as`,
    )
  for (const other of providerNames(home)) {
    const roots = other === name ? null : rootsOf(other)
    if (roots !== null && isSame(roots))
      throw new KeysideError(
        'provider_followed_as',
        `this provider is "${other}" on this device: follow it with --as ${other}`,
      )
  }
  const { state } = readProvider(home, name)
  const before = state === 'followed' || state === 'removed' ? state : 'none'
  return { root: known?.root ?? root, before }
}

export interface Followed {
  readonly record: ProviderRecord
  /** Thumbprint of this device's key there: the provider sees the same. */
  readonly kid: string
  /** By plan; null where the engine did not answer. */
  readonly catalogue: ReadonlyMap<string, readonly Listed[] | null>
}

/**
 * Enrols. Nothing is stored but the key of an enrolment whose answer may still come: the same link finds it again.
 * Rejects with the code of the answer, or as `readOffer` does.
 */
export async function followOffer(
  offer: Offer,
  keys: EnrolmentKeys,
  deps: FollowDeps,
): Promise<Followed> {
  const { invitation, name, root, keyset, plans, url } = offer
  const { claims } = keyset.keyset
  const key = await keys.make(invitation)
  const terms = plans.flatMap(({ plan, terms: of }) =>
    of === undefined ? [] : [{ plan, version: of.version }],
  )
  const enrolled = await enrol({ ...deps, invitation, key, keyset: keyset.keyset, terms })
  if (!enrolled.ok) {
    if (enrolled.outcome === 'refused') await keys.forget(invitation)
    throw new KeysideError(enrolled.code, enrolled.message)
  }
  const { answer } = enrolled
  // Before the executor sees the folder and takes the same name at the broker.
  const catalogue = await askCatalogue({
    ...deps,
    broker: { url, tls: tlsTrust(invitation.tls) },
    issuer: invitation.provider,
    client: answer.client,
    token: answer.access,
    key,
    keyset: claims,
    plans: answer.plans,
  })
  const record: ProviderRecord = {
    version: 1,
    issuer: invitation.provider,
    root,
    client: answer.client,
    plans: answer.plans,
    until: answer.until,
    address: { url, tls: invitation.tls },
    terms,
    followedAt: new Date(deps.clock.now()).toISOString(),
  }
  await keys.keep(name, invitation)
  writeProvider(deps.home, name, { record, token: answer.access, keyset: keyset.text })
  return { record, kid: key.kid, catalogue }
}
