// What a person reads at the end of a run.

import { add, newTally, total } from './base/tally.ts'
import type { Outcome } from './run-seed.ts'
import type { Summary } from './seeds.ts'

export function joined(summaries: readonly Summary[]): Summary {
  const tally = newTally()
  for (const one of summaries) add(tally, one.tally)
  return {
    seeds: summaries.reduce((sum, { seeds }) => sum + seeds, 0),
    tally,
    failed: summaries.find(({ failed }) => failed !== null)?.failed ?? null,
    lastHash: summaries.at(-1)?.lastHash ?? '',
  }
}

export function describeSummary({ seeds, tally, lastHash }: Summary, seconds: number): string {
  const { steps, signals, orders, unknowns, foreign, accounts, faults, crashes } = tally
  const trace = seeds === 1 ? `, trace ${lastHash}` : ''
  return [
    `${seeds} seeds in ${seconds.toFixed(1)} s (${(seeds / seconds).toFixed(1)}/s): ${steps} steps, ` +
      `${signals} signals, ${orders} orders, ${unknowns} unknowns, ${accounts} accounts compared, ${foreign} times told of foreign coins${trace}`,
    `${total(faults)} faults: ${list(faults)}`,
    `${total(crashes)} crashes: ${list(crashes)}`,
  ].join('\n')
}

function list(names: Readonly<Record<string, number>>): string {
  return Object.entries(names)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
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
