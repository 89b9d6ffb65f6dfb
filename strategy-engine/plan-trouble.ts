// Whether a stream may be part of a plan: a stream's plan and market never change for its subscribers.
import { MAX_STREAMS } from '@keyside/protocol'
import type { EngineCode } from './codes.ts'
import type { StreamRow } from './publish/outbox.ts'
import type { Plans } from './publish/plans.ts'

interface PlanTrouble {
  readonly code: Extract<EngineCode, 'stream_moved' | 'plan_full' | 'plan_name_taken'>
  readonly message: string
}

/** `row` is where the stream stands, null for a new one. */
export function planTrouble(
  { name, plan, market }: Pick<StreamRow, 'name' | 'plan' | 'market'>,
  row: StreamRow | null,
  running: Plans,
): PlanTrouble | null {
  if (row !== null && row.seq > 0 && (row.market !== market || row.plan !== plan))
    return {
      code: 'stream_moved',
      message: `${name} has signaled ${row.market} in the plan "${row.plan}" and cannot move to ${market} in "${plan}": give the new one another name`,
    }
  if (running.streams(plan).filter((stream) => stream !== name).length >= MAX_STREAMS)
    return {
      code: 'plan_full',
      message: `the plan "${plan}" has ${MAX_STREAMS} streams already: write another plan into the strategy ${name}`,
    }
  const isForeign =
    plan !== name &&
    ((running.of(plan) ?? plan) !== plan || running.streams(name).some((each) => each !== name))
  if (!isForeign) return null
  const message = `the plan "${plan}" of the stream ${name} would have one name with a stream of another plan: choose another`
  return { code: 'plan_name_taken', message }
}

/** A provider's stream that no device follows. */
export function unlistedPlan(stream: string, plan: string, market: string): string {
  return `the keyset lists no ${market} in a plan "${plan}": no device follows ${stream}. Write it under authority.plans in config.yaml, and run "keyside keyset renew"`
}
