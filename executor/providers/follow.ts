// Following a provider: who the link leads to, then an enrolment, and everything stored once it was answered.
import { resolve } from 'node:path'
import { HOME, type Invitation, id, type Keyset, parseInvitation } from '@keyside/protocol'
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
import { rootInJournal } from '../journal/providers.ts'
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
    throw new KeysideError(read.code, `${read.message}: ask the provider for a new link`)
  const { invitation } = read
  const { provider, root, host, port, tls } = invitation
  if (provider === HOME)
    throw new KeysideError(
      'invitation_pairs',
      'this link pairs a bot with its device: use it with "keyside pair" where the bot runs',
    )
  const name = as ?? provider
  const before = requireName(name, root, deps)
  const keyset = await fetchKeyset(invitation, deps)
  if (!keyset.ok) throw new KeysideError(keyset.code, keyset.message)
  const { claims } = keyset.keyset
  const plans = invitation.plans.map((plan) => planOf(claims, plan))
  const url = `${tls === 'none' ? 'mqtt' : 'mqtts'}://${host}:${port}`
  return { invitation, name, before, keyset, plans, url }
}

function planOf({ plans }: Keyset, name: string): Keyset['plans'][number] {
  const plan = plans.find((each) => each.plan === name)
  if (plan !== undefined) return plan
  throw new KeysideError(
    'provider_plan_unknown',
    `the provider's keyset has no plan "${name}": ask the provider for a new link`,
  )
}

/** One name, one root, and one root, one name: positions and numbers bear it for good. */
function requireName(name: string, root: string, deps: FollowDeps): Offer['before'] {
  const { home, database = JOURNAL_FILE } = deps
  if (!id.safeParse(name).success || name === HOME)
    throw new KeysideError(
      'provider_name_invalid',
      `"${name}" cannot be the name of a provider: take 1 to 32 of a-z, 0-9 and "-", and not "${HOME}", which is your own engine`,
    )
  const found = readProvider(home, name)
  const known = 'record' in found ? found.record.root : rootInJournal(resolve(home, database), name)
  if (known !== null && known !== root)
    throw new KeysideError(
      'provider_name_taken',
      `"${name}" is another provider on this device (its root begins with ${known.slice(0, 8)}, this one's with ${root.slice(0, 8)}): if you expected the same one, do not follow this link and ask there; else choose a name with --as`,
    )
  for (const other of providerNames(home)) {
    const one = readProvider(home, other)
    if (other !== name && 'record' in one && one.record.root === root)
      throw new KeysideError(
        'provider_followed_as',
        `this provider is "${other}" on this device: follow it with --as ${other}`,
      )
  }
  return found.state === 'followed' || found.state === 'removed' ? found.state : 'none'
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
  const { invitation, name, keyset, plans, url } = offer
  const { claims } = keyset.keyset
  const key = await keys.make(invitation.id)
  const terms = plans.flatMap(({ plan, terms: of }) =>
    of === undefined ? [] : [{ plan, version: of.version }],
  )
  const enrolled = await enrol({ ...deps, invitation, key, keyset: keyset.keyset, terms })
  if (!enrolled.ok) {
    if (enrolled.outcome === 'refused') await keys.forget(invitation.id)
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
    root: invitation.root,
    client: answer.client,
    plans: answer.plans,
    until: answer.until,
    address: { url, tls: invitation.tls },
    terms,
    followedAt: new Date(deps.clock.now()).toISOString(),
  }
  await keys.keep(name, invitation.id)
  writeProvider(deps.home, name, { record, token: answer.access, keyset: keyset.text })
  return { record, kid: key.kid, catalogue }
}
