// The tables of docs/indicators.md, from the table of indicators.
import { AVERAGE_OSCILLATORS } from '../average-oscillators.ts'
import { AVERAGES } from '../averages.ts'
import { CHANNELS } from '../channels.ts'
import { CYCLES } from '../cycles.ts'
import { DIRECTIONAL } from '../directional.ts'
import { FAST_AVERAGES } from '../fast-averages.ts'
import type { Indicator, Parameter } from '../kernel.ts'
import { LIBRARY } from '../library-table.ts'
import { OSCILLATORS } from '../oscillators.ts'
import { PATTERNS } from '../patterns.ts'
import { REGRESSION } from '../regression.ts'
import { STATISTICS } from '../statistics.ts'
import { STOCHASTICS } from '../stochastics.ts'
import { SWINGS } from '../swings.ts'
import { TRENDS } from '../trend.ts'
import { RANGES } from '../true-range.ts'
import { VOLUME } from '../volume.ts'
import { VOLUME_INDICES } from '../volume-indices.ts'
import { WINDOWS } from '../windows.ts'

type Group = Readonly<Record<string, Indicator>>

const GROUPS: readonly (readonly [string, Group])[] = [
  ['Moving averages', { ...AVERAGES, ...FAST_AVERAGES }],
  ['Windows', WINDOWS],
  ['Momentum', { ...OSCILLATORS, ...AVERAGE_OSCILLATORS, ...STOCHASTICS, ...SWINGS }],
  ['Trend and stops', { ...DIRECTIONAL, ...TRENDS }],
  ['Range and channels', { ...RANGES, ...CHANNELS }],
  ['Statistics', { ...STATISTICS, ...REGRESSION }],
  ['Volume', { ...VOLUME, ...VOLUME_INDICES }],
  ['Cycles', CYCLES],
  ['Candle patterns', PATTERNS],
  ['Rarer ones, slower', LIBRARY],
]

/** One table a group, under its heading. */
export function reference(): string {
  return GROUPS.map(([title, group]) => {
    const rows = Object.entries(group).map(([name, indicator]) => row(name, indicator))
    return `### ${title}\n\n| | parameters | outputs | of | gives | |\n|---|---|---|---|---|---|\n${rows.join('\n')}\n`
  }).join('\n')
}

function row(name: string, indicator: Indicator): string {
  const { inputs, parameters, outputs, unit, about } = indicator
  const named = outputs.length === 1 ? '' : outputs.map((output) => `\`.${output}\``).join(' ')
  const gives = typeof unit === 'string' ? unit : unit.join(', ')
  const of = inputs === 'series' ? 'any series' : inputs.join(', ')
  const cells = [`\`${name}\``, parameters.map(described).join('; '), named, of, gives, about]
  return `| ${cells.join(' | ')} |`.replaceAll(/ {2}(?=\|)/g, ' ')
}

function described({ name, least, most, default: usual }: Parameter): string {
  return `${name}${usual === undefined ? '' : ` = ${usual}`} (${least} to ${most})`
}
