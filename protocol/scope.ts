// What a key of a keyset may sign at most: plans, markets, access, an end.
import type { Claims, Kind } from './kinds.ts'

export interface Scope {
  /** The plans, and for each the markets. */
  readonly plans: ReadonlyMap<string, ReadonlySet<string>>
  /** Whether it may hand out access tokens: only a key that answers enrolments may. */
  readonly access: 'yes' | 'no'
  /** NumericDate from which on the key counts no more; null without one. */
  readonly until: number | null
}

interface Reach {
  readonly plan: string
  readonly markets: readonly string[]
}

/** What of the claims is outside the scope, as a sentence; null if none is. */
export function outsideScope<Name extends Kind>(
  { plans, access }: Scope,
  kind: Name,
  claims: Claims[Name],
): string | null {
  if (access === 'no' && givesAccess(claims))
    return "the provider's root does not let this key give access"
  for (const { plan, markets } of reachOf(kind, claims)) {
    const allowed = plans.get(plan)
    if (allowed === undefined)
      return `the provider's root does not let this key sign for plan "${plan}"`
    const foreign = markets.find((market) => !allowed.has(market))
    if (foreign !== undefined)
      return `the provider's root does not let this key sign for market "${foreign}" in plan "${plan}"`
  }
  return null
}

function givesAccess(claims: Claims[Kind]): boolean {
  return 'answer' in claims && typeof claims.answer === 'object' && claims.answer.do === 'access'
}

/** What the claims speak of. */
function reachOf<Name extends Kind>(kind: Name, claims: Claims[Name]): readonly Reach[] {
  const of = REACH[kind]
  return of === undefined ? [] : of(claims)
}

const REACH: { readonly [Name in Kind]?: (claims: Claims[Name]) => readonly Reach[] } = {
  signal: ({ plan, market }) => [{ plan, markets: [market] }],
  alert: ({ plan, market }) => [{ plan, markets: [market] }],
  head: ({ sub }) => [{ plan: sub, markets: [] }],
  answer: (claims) =>
    'plans' in claims ? claims.plans.map((plan) => ({ plan, markets: [] })) : [],
  response: ({ answer }) => {
    if (answer.do === 'catalogue')
      return [{ plan: answer.plan, markets: answer.streams.map(({ market }) => market) }]
    return answer.do === 'replay' ? [{ plan: answer.plan, markets: [] }] : []
  },
}
