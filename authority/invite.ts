// Makes an invitation: a link for one device. Authority and broker each keep one key derived from it, never its secret.
import {
  deriveInvitation,
  encodeBase64url,
  formatInvitation,
  hashText,
  MAX_PLANS,
  rootFingerprint,
} from '@keyside/protocol'
import { KeysideError, type RandomBytes } from '@keyside/runtime'
import { type KeysetFile, rootInForce } from './keyset/file.ts'
import type { AuthorityRecord } from './record/record.ts'
import { ENGINE } from './rights.ts'

export interface InviteInput {
  /** The subscriber's name, which is its MQTT client id. */
  readonly client: string
  /** Left out, those of the subscriber whose device is replaced. */
  readonly plans?: readonly string[]
  /** End of the subscription, Unix seconds. Left out, that of the subscriber whose device is replaced. */
  readonly until?: number
  /** How long the link may be used, seconds. */
  readonly valid: number
  /** The present device of this subscriber is shut out, at once. */
  readonly replace: boolean
}

export interface Invited {
  readonly link: string
  readonly id: string
  /** Unix seconds. */
  readonly expires: number
}

interface InviteDeps {
  readonly record: AuthorityRecord
  readonly keyset: KeysetFile
  /** Client ids of the provider's own programs. */
  readonly reserved: readonly string[]
  readonly now: number
  readonly randomBytes: RandomBytes
}

/**
 * Throws `subscriber_name_reserved`, `subscriber_exists`, `subscriber_unknown`, `subscription_ended` or `plan_unknown`.
 * The lists of broker and engine are to be written afterwards.
 */
export function invite(deps: InviteDeps, input: InviteInput): Invited {
  const { record, keyset, now, randomBytes } = deps
  const { client, valid, replace } = input
  const { plans, until } = termsOf(deps, input)
  const { claims } = keyset
  const [address] = claims.addresses
  if (address === undefined) throw new RangeError('a keyset has an address')
  const { hostname: host, port } = new URL(address.url)
  const id = Buffer.from(randomBytes(12)).toString('hex')
  const expires = Math.ceil(now + valid)
  const secret = encodeBase64url(randomBytes(16))
  const link = formatInvitation({
    host,
    port: Number(port),
    provider: claims.iss,
    id,
    root: rootFingerprint(rootInForce(keyset)),
    tls: address.tls,
    plans,
    until: expires,
    secret,
  })
  const { connect, enroll } = deriveInvitation(link)
  if (replace) record.remove(client, now)
  const keys = { connectHash: hashText(connect), enrollKey: enroll }
  record.invite({ id, client, plans, until, ...keys, made: now, expires })
  return { link, id, expires }
}

function termsOf(
  { record, keyset, reserved, now }: InviteDeps,
  { client, plans, until, replace }: InviteInput,
): { plans: string[]; until: number } {
  if ([ENGINE, ...reserved].includes(client) || /^(?:join|program)-/.test(client))
    throw new KeysideError(
      'subscriber_name_reserved',
      `"${client}" is the name of a program here: choose another`,
    )
  const known = record.subscriber(client)
  if (known !== null && known.removed === null && !replace && now < known.until)
    throw new KeysideError(
      'subscriber_exists',
      `${client} is a subscriber already: choose another name, or --replace for a device that is lost`,
    )
  if (replace && known === null) throw unknownSubscriber(client)
  const wanted = { plans: plans ?? known?.plans ?? [], until: until ?? known?.until ?? 0 }
  if (wanted.until <= now)
    throw new KeysideError(
      'subscription_ended',
      `the subscription of ${client} would be over already: say for how long, with --days`,
    )
  const offered = keyset.claims.plans.map(({ plan }) => plan)
  if (wanted.plans.length === 0)
    throw new KeysideError(
      'plan_unknown',
      `no plan is named: say what ${client} subscribes to, such as --plans ${offered.join(',')}`,
    )
  if (wanted.plans.some((plan) => !offered.includes(plan)) || wanted.plans.length > MAX_PLANS)
    throw new KeysideError(
      'plan_unknown',
      `expected 1 to ${MAX_PLANS} plans of the keyset in force (${offered.join(', ')}), got "${wanted.plans.join(',')}": correct it, or write the plan under authority.plans in config.yaml and run "keyside keyset renew"`,
    )
  return { plans: [...new Set(wanted.plans)], until: wanted.until }
}

export function unknownSubscriber(client: string): KeysideError {
  return new KeysideError(
    'subscriber_unknown',
    `there is no subscriber "${client}": keyside subscribers list shows all; to who has not used the link yet, keyside invite ${client} --plans PLANS gives another`,
  )
}
