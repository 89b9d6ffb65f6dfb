// What a person reads at the end of a run.
import type { Outcome } from './run-seed.ts'
import type { Summary } from './seeds.ts'
import { add, NO_TALLY } from './simulation.ts'

export function joined(summaries: readonly Summary[]): Summary {
  const tally = { ...NO_TALLY }
  for (const one of summaries) add(tally, one.tally)
  return {
    seeds: summaries.reduce((sum, { seeds }) => sum + seeds, 0),
    tally,
    failed: summaries.find(({ failed }) => failed !== null)?.failed ?? null,
    lastHash: summaries.at(-1)?.lastHash ?? '',
  }
}

export function describeSummary({ seeds, tally, lastHash }: Summary, seconds: number): string {
  const { steps, crashes, faults, orders, unknowns } = tally
  const trace = seeds === 1 ? `, trace ${lastHash}` : ''
  return (
    `${seeds} seeds in ${seconds.toFixed(1)} s (${(seeds / seconds).toFixed(1)}/s): ${steps} steps, ` +
    `${crashes} crashes, ${faults} faults, ${orders} orders, ${unknowns} unknowns${trace}`
  )
}

export function describeFailure({ seed, violation, last }: Outcome, mutant?: string): string {
  const planted = mutant === undefined ? '' : ` --mutant ${mutant}`
  return [
    `seed ${seed} breaks "${violation?.invariant}": ${violation?.message}`,
    'the last events, seconds from the start:',
    ...last,
    `again: npm run simulate -- --seed ${seed} --trace${planted}`,
  ].join('\n')
}
