// From the times of each signal to the figures that are printed.
import type { Result } from './result.ts'
import { round, type Spread, spread } from './spread.ts'

/** Milliseconds of one signal: the executor's parts, and the floor under them. */
export interface Sample {
  readonly verification: number
  readonly decide: number
  readonly journal: number
  readonly whole: number
  readonly verify: number
  readonly commit: number
}

export function summary(samples: readonly Sample[]): Result {
  const of = (look: (sample: Sample) => number) => samples.map(look)
  const floor = of(({ verify, commit }) => verify + commit)
  const whole = of((sample) => sample.whole)
  const parts = {
    verification: part(
      of(({ verification }) => verification),
      of(({ verify }) => verify),
    ),
    decide: { ...spread(of(({ decide }) => decide)), growth: growth(of(({ decide }) => decide)) },
    journal: {
      ...part(
        of(({ journal }) => journal),
        of(({ commit }) => commit),
      ),
      growth: growth(of(({ journal }) => journal)),
    },
  }
  const json = {
    name: 'decide',
    signals: samples.length,
    perSecond: { system: rate(whole), floor: rate(floor) },
    whole: part(whole, floor),
    parts,
  }
  return { json, text: textOf(json) }
}

interface Part extends Spread {
  readonly floor: Spread
  readonly ratio: Spread
}

function part(system: readonly number[], floor: readonly number[]): Part {
  const [ours, least] = [spread(system), spread(floor)]
  const ratio = { p50: round(ours.p50 / least.p50), p99: round(ours.p99 / least.p99) }
  return { ...ours, floor: least, ratio }
}

/** The last tenth's median beside the first tenth's: 1 is a cost that does not grow with what came before. */
function growth(sample: readonly number[]): number {
  const tenth = Math.max(1, Math.floor(sample.length / 10))
  return round(spread(sample.slice(-tenth)).p50 / spread(sample.slice(0, tenth)).p50)
}

function rate(sample: readonly number[]): number {
  return Math.round((1000 * sample.length) / sample.reduce((a, b) => a + b, 0))
}

function textOf(result: {
  signals: number
  perSecond: { system: number; floor: number }
  whole: Part
  parts: {
    verification: Part
    decide: Spread & { growth: number }
    journal: Part & { growth: number }
  }
}): string {
  const { signals, perSecond, whole, parts } = result
  return [
    `token → durable decision, ${signals} signals, ms`,
    row('', 'p50', 'p99', 'floor p50', 'p99', 'ratio p50', 'p99'),
    rowOf('verify', parts.verification),
    row('decide', fixed(parts.decide.p50), fixed(parts.decide.p99)),
    rowOf('journal / commit', parts.journal),
    rowOf('whole / both floors', whole),
    '',
    `  ${perSecond.system} signals a second; the floor ${perSecond.floor}`,
    `  last tenth / first tenth: decide ${parts.decide.growth}, journal ${parts.journal.growth}`,
  ].join('\n')
}

function rowOf(name: string, { p50, p99, floor, ratio }: Part): string {
  const times = [p50, p99, floor.p50, floor.p99].map(fixed)
  return row(name, ...times, ratio.p50.toFixed(2), ratio.p99.toFixed(2))
}

function fixed(ms: number): string {
  return ms.toFixed(3)
}

function row(...[name, ...cells]: readonly string[]): string {
  return `  ${name?.padEnd(22)}${cells.map((cell) => cell.padStart(11)).join('')}`.trimEnd()
}
