// What a person reads at the end of the attacks.
import { type Outcome, partOf, type Summary } from './seeds.ts'

interface About {
  readonly bounds: readonly { readonly venue: string; readonly bound: number }[]
  readonly seconds: number
}

export function describe(summary: Summary, { bounds, seconds }: About) {
  const { seeds, days, orders, signals, steps, worst, worstOfDefault, byStrategy } = summary
  return [
    `${seeds} seeds, ${days} days in ${seconds.toFixed(1)} s (${(days / seconds).toFixed(1)}/s): ` +
      `${signals} signals, ${orders} orders, ${steps} steps`,
    `bound of the default policy: ${bounds.map(({ venue, bound }) => `${bound.toFixed(2)} at ${venue}`).join(', ')}`,
    `worst under it:  ${worstOfDefault === null ? 'not drawn' : line(worstOfDefault)}`,
    `worst of all:    ${worst === null ? 'none' : line(worst)}`,
    ...Object.entries(byStrategy)
      .sort(([, a], [, b]) => partOf(b) - partOf(a))
      .map(([, outcome]) => `  ${line(outcome)}`),
  ].join('\n')
}

export function describeBroken(outcome: Outcome, without?: string): string {
  const removed = without === undefined ? '' : ` --without ${without}`
  return [
    `seed ${outcome.seed} breaks the bound: lost ${line(outcome)}`,
    `again: npm run adversary -- --seed ${outcome.seed} --trace${removed}`,
  ].join('\n')
}

function line({ loss, bound, strategy, seed, policy, venue }: Outcome): string {
  const part = ((100 * loss) / bound).toFixed(1)
  return `${loss.toFixed(2)} of ${bound.toFixed(2)} (${part} %) by "${strategy}", seed ${seed}, ${policy} policy, fee of ${venue}`
}
