// Trials, which are rules from the chat: a paper account whose policy says so trades each of them; no other account ever does.
import { isTrial } from '@keyside/protocol'
import type { Money } from '../../model/exchange.ts'
import type { Policy, StreamPolicy } from './schema.ts'

/**
 * The policy as this account follows it: on paper with `trials`, every trial is a stream of it, and those in `known` are
 * listed. Anywhere else a trial is no stream, whatever the policy says.
 */
export function withTrials(policy: Policy, money: Money, known: () => readonly string[]): Policy {
  const { trials: allocation, markets } = policy
  if (money === 'paper' && allocation !== 'none') {
    const each = { allocation, lifetimeBudget: 'unlimited', markets, map: new Map() } as const
    const trials = known().filter(isTrial)
    return { ...policy, streams: new StreamsAndTrials(policy.streams, each, trials) }
  }
  if (!policy.streams.keys().some(isTrial)) return policy
  const others = [...policy.streams].filter(([name]) => !isTrial(name))
  return { ...policy, streams: new Map(others) }
}

/** A trial that was never heard of has an allocation too; listed are those that run. */
class StreamsAndTrials extends Map<string, StreamPolicy> {
  readonly #each: StreamPolicy

  constructor(
    streams: ReadonlyMap<string, StreamPolicy>,
    each: StreamPolicy,
    trials: readonly string[],
  ) {
    super([...trials.map((name) => [name, each] as const), ...streams])
    this.#each = each
  }

  override get(name: string): StreamPolicy | undefined {
    return super.get(name) ?? (isTrial(name) ? this.#each : undefined)
  }

  override has(name: string): boolean {
    return this.get(name) !== undefined
  }
}
