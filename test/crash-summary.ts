// What the kills hit, in figures: without them a green run would prove little.
import { type Evidence, phaseAt } from './crash-evidence.ts'
import type { CrashFixture } from './crash-fixture.ts'

export interface Coverage {
  readonly kills: number
  /** Where the signal under way stood, and how often. */
  readonly phases: ReadonlyMap<string, number>
  readonly faults: ReadonlyMap<string, number>
  readonly failedStarts: number
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

export function coverageOf(
  fixture: CrashFixture,
  { events, histories, accepted }: Evidence,
): Coverage {
  const steps = [...histories.values()].flatMap((history) => history.steps)
  const count = (event: string) => steps.filter((step) => step.event === event).length
  return {
    kills: fixture.kills.length,
    phases: phasesOf(fixture, events),
    faults: fixture.faults.times(),
    failedStarts: fixture.failedStarts.length,
    signals: fixture.published.length,
    orders: accepted.length,
    approved: count('approve'),
    found: count('mark_unknown') - count('not_found'),
    notPlaced: count('not_found'),
    reports: fixture.bot.reports.size,
    refused: counted(steps.flatMap(({ event, code }) => (event === 'deny' && code ? [code] : []))),
  }
}

/** Of systems side by side. */
export function mergeCoverage(all: readonly Coverage[]): Coverage {
  const sum = (figure: (met: Coverage) => number) =>
    all.reduce((total, met) => total + figure(met), 0)
  const merged = (times: (met: Coverage) => ReadonlyMap<string, number>) => {
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
    failedStarts: sum(({ failedStarts }) => failedStarts),
    signals: sum(({ signals }) => signals),
    orders: sum(({ orders }) => orders),
    approved: sum(({ approved }) => approved),
    found: sum(({ found }) => found),
    notPlaced: sum(({ notPlaced }) => notPlaced),
    reports: sum(({ reports }) => reports),
    refused: merged(({ refused }) => refused),
  }
}

function phasesOf({ kills }: CrashFixture, events: Evidence['events']): Map<string, number> {
  return counted(kills.map(({ jti, at }) => (jti === null ? 'at rest' : phaseAt(events, jti, at))))
}

function counted(words: readonly string[]): Map<string, number> {
  const times = new Map<string, number>()
  for (const word of words) times.set(word, (times.get(word) ?? 0) + 1)
  return times
}

export function formatCoverage(met: Coverage): string {
  return [
    `kills      ${met.kills}: ${listed(met.phases)}`,
    `faults     ${[...met.faults.values()].reduce((a, b) => a + b, 0)}: ${listed(met.faults)}`,
    `starts     ${met.failedStarts} spoilt by a fault and made again`,
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
