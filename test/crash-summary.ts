// What the kills met, in figures: without them a green run would say little.
import { type Evidence, phaseAt } from './crash-evidence.ts'
import type { Stage } from './crash-stage.ts'

export interface Met {
  readonly kills: number
  /** Where the signal under way stood, and how often. */
  readonly phases: ReadonlyMap<string, number>
  readonly faults: ReadonlyMap<string, number>
  readonly spoiltStarts: number
  readonly signals: number
  readonly orders: number
  readonly approved: number
  /** Outcomes that were unknown for a while: found at the exchange, or proved not to be there. */
  readonly found: number
  readonly notPlaced: number
  readonly reports: number
  /** Orders that were not sent, by code. */
  readonly refused: ReadonlyMap<string, number>
}

export function whatWasMet(stage: Stage, { facts, lives, accepted }: Evidence): Met {
  const steps = [...lives.values()].flatMap((life) => life.steps)
  const count = (event: string) => steps.filter((step) => step.event === event).length
  return {
    kills: stage.kills.length,
    phases: phasesOf(stage, facts),
    faults: stage.faults.times(),
    spoiltStarts: stage.spoiltStarts.length,
    signals: stage.published.length,
    orders: accepted.length,
    approved: count('approve'),
    found: count('lose') - count('miss'),
    notPlaced: count('miss'),
    reports: stage.bot.reports.size,
    refused: counted(
      steps.flatMap(({ event, code }) => (event === 'refuse' && code ? [code] : [])),
    ),
  }
}

/** Of systems side by side. */
export function together(all: readonly Met[]): Met {
  const sum = (figure: (met: Met) => number) => all.reduce((total, met) => total + figure(met), 0)
  const merged = (times: (met: Met) => ReadonlyMap<string, number>) => {
    const each = all.flatMap((met) => [...times(met)])
    return new Map(
      [...Map.groupBy(each, ([name]) => name)].map(([name, counts]) => [
        name,
        counts.reduce((total, [, count]) => total + count, 0),
      ]),
    )
  }
  return {
    kills: sum(({ kills }) => kills),
    phases: merged(({ phases }) => phases),
    faults: merged(({ faults }) => faults),
    spoiltStarts: sum(({ spoiltStarts }) => spoiltStarts),
    signals: sum(({ signals }) => signals),
    orders: sum(({ orders }) => orders),
    approved: sum(({ approved }) => approved),
    found: sum(({ found }) => found),
    notPlaced: sum(({ notPlaced }) => notPlaced),
    reports: sum(({ reports }) => reports),
    refused: merged(({ refused }) => refused),
  }
}

function phasesOf({ kills }: Stage, facts: Evidence['facts']): Map<string, number> {
  return counted(kills.map(({ jti, at }) => (jti === null ? 'at rest' : phaseAt(facts, jti, at))))
}

function counted(words: readonly string[]): Map<string, number> {
  const times = new Map<string, number>()
  for (const word of words) times.set(word, (times.get(word) ?? 0) + 1)
  return times
}

export function inWords(met: Met): string {
  return [
    `kills      ${met.kills}: ${listed(met.phases)}`,
    `faults     ${[...met.faults.values()].reduce((a, b) => a + b, 0)}: ${listed(met.faults)}`,
    `starts     ${met.spoiltStarts} spoilt by a fault and made again`,
    `signals    ${met.signals}, ${met.approved} approved by the trader, ${met.reports} reports`,
    `orders     ${met.orders} accepted by the exchange; refused: ${listed(met.refused)}`,
    `unknown    ${met.found + met.notPlaced}: ${met.found} found, ${met.notPlaced} proved not placed`,
  ].join('\n')
}

function listed(times: ReadonlyMap<string, number>): string {
  return [...times]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}
