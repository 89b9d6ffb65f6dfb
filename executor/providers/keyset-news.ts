// What a newer keyset changes for its followers, in words for the trader.
import { rootFingerprint, type VerifiedKeyset } from '@keyside/protocol'

type Claims = VerifiedKeyset['claims']

/** What concerns this device: its plans, and the version of each one's terms that the trader accepted. */
export interface Agreed {
  readonly plans: readonly string[]
  readonly terms: ReadonlyMap<string, number>
}

/** Room for the sentence around it in a line of 500 characters. */
const MAX_LENGTH = 300

/** Empty if only the dates have changed. `before`: the keyset held until now. */
export function keysetNews(before: Claims | null, after: Claims, agreed: Agreed): string {
  if (before === null) return ''
  const root = rootOf(after)
  const said = [
    ...(rootOf(before) === root ? [] : [`another root, with the fingerprint ${root}`]),
    ...(isSame(before.keys, after.keys) ? [] : ['other keys']),
    ...(isSame(before.addresses, after.addresses)
      ? []
      : [`its broker is at ${after.addresses.map(({ url }) => url).join(', or at ')}`]),
    ...agreed.plans.flatMap((plan) => planNews(before, after, plan, agreed.terms.get(plan))),
  ].join('; ')
  return said.length <= MAX_LENGTH ? said : `${said.slice(0, MAX_LENGTH - 1)}…`
}

/** The fingerprint of the root in force, in groups of four, as it is shown where two people compare it. */
function rootOf({ roots }: Claims): string {
  const last = roots.at(-1)
  return last === undefined ? '' : (rootFingerprint(last).match(/.{1,4}/g) ?? []).join(' ')
}

function planNews(before: Claims, after: Claims, plan: string, accepted?: number): string[] {
  const [was, is] = [before, after].map(({ plans }) => plans.find((each) => each.plan === plan))
  if (isSame(was, is)) return []
  if (is === undefined) return [`the plan ${plan} is no more, and no signal of it counts`]
  const said: string[] = []
  if (!isSame(was?.markets, is.markets))
    said.push(`the plan ${plan} has the markets ${is.markets.join(', ')}`)
  const { terms } = is
  if (terms !== undefined && terms.version !== was?.terms?.version && terms.version !== accepted)
    said.push(
      `the plan ${plan} has terms of version ${terms.version}; what you agreed to goes on (${accepted === undefined ? 'no terms' : `version ${accepted}`}), and a new link shows the others`,
    )
  return said
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
