// Which markets the device has to do with.
import type { Book } from './state.ts'

/** Also those where something is left from an older policy: it has to be compared, protected and sold. */
export function marketsOf(
  { positions, orders }: Book,
  ofPolicy: readonly string[],
): readonly string[] {
  const held = Object.values(positions).map(({ market }) => market)
  const open = Object.values(orders).map(({ idea }) => idea.market)
  return [...new Set([...ofPolicy, ...held, ...open])]
}
