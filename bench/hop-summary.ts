// From the times of floor and system to the figures that are printed.
import type { Hop } from '@keyside/runtime'
import type { HopTrace } from './hop-system.ts'
import type { Result } from './result.ts'
import { round, type Spread, spread } from './spread.ts'

export const PARTS = ['mqtt', 'crypto', 'commits', 'http'] as const
export type Parts = Readonly<Record<(typeof PARTS)[number], number>>

/** The last hop is the exchange reading the request. */
const WAY = [
  'candle',
  'signal',
  'received',
  'verified',
  'journaled',
  'sent',
  'read',
] as const satisfies readonly (Hop | 'read')[]

interface Share extends Spread {
  /** Of the sum of all p50, 0 to 1. */
  readonly share: number
}

/** All in ms. `reads`: when the exchange had read each entry's request. */
export function summary(
  floor: readonly Parts[],
  traces: readonly HopTrace[],
  reads: readonly number[],
): Result {
  const signals = reads.map((at) => signalTimesOf(traces, at))
  const whole = spread(signals.map((one) => at(one, 'read') - at(one, 'candle')))
  const least = spread(floor.map((parts) => PARTS.reduce((sum, name) => sum + parts[name], 0)))
  const hops = shares(
    WAY.slice(1).map((name, i) => [
      `${WAY[i]} → ${name}`,
      signals.map((one) => at(one, name) - at(one, WAY[i] ?? 'candle')),
    ]),
  )
  const parts = shares(PARTS.map((name) => [name, floor.map((sample) => sample[name])]))
  const ratio = { p50: round(whole.p50 / least.p50), p99: round(whole.p99 / least.p99) }
  const json = {
    name: 'hop',
    signals: reads.length,
    floor: { ...least, parts },
    system: { ...whole, hops },
    ratio,
  }
  return { json, text: textOf(json) }
}

type SignalTimes = ReadonlyMap<Hop | 'read', number>

/** One signal is under way at a time, so a request belongs to the last candle before it. */
function signalTimesOf(traces: readonly HopTrace[], read: number): SignalTimes {
  const trace = traces.findLast((one) => at(one, 'candle') < read)
  if (trace === undefined) throw new Error('an order without a signal')
  return new Map<Hop | 'read', number>([...trace, ['read', read]])
}

function at(one: SignalTimes, word: Hop | 'read'): number {
  const time = one.get(word)
  if (time === undefined) throw new Error(`a signal without the hop "${word}"`)
  return time
}

function shares(samples: readonly [string, readonly number[]][]): Record<string, Share> {
  const spreads = samples.map(([name, sample]) => [name, spread(sample)] as const)
  const sum = spreads.reduce((all, [, { p50 }]) => all + p50, 0)
  return Object.fromEntries(
    spreads.map(([name, both]) => [name, { ...both, share: round(both.p50 / sum) }]),
  )
}

function textOf(result: {
  signals: number
  floor: Spread & { parts: Record<string, Share> }
  system: Spread & { hops: Record<string, Share> }
  ratio: Spread
}): string {
  const { signals, floor, system, ratio } = result
  return [
    `candle close → order request read, ${signals} entries, ms`,
    row('', 'p50', 'p99', 'share'),
    ...Object.entries(system.hops).map(([name, share]) => rowOf(name, share)),
    rowOf('system', system),
    '',
    ...Object.entries(floor.parts).map(([name, share]) => rowOf(name, share)),
    rowOf('floor', floor),
    '',
    row('system / floor', ratio.p50.toFixed(2), ratio.p99.toFixed(2), ''),
  ].join('\n')
}

function rowOf(name: string, { p50, p99, share }: Spread & { share?: number }): string {
  const percent = share === undefined ? '' : `${Math.round(share * 100)} %`
  return row(name, p50.toFixed(3), p99.toFixed(3), percent)
}

function row(...[name, ...cells]: readonly string[]): string {
  return `  ${name?.padEnd(22)}${cells.map((cell) => cell.padStart(10)).join('')}`.trimEnd()
}
