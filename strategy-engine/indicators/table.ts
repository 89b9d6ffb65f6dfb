// Every indicator by the name that rules call it.
import { AVERAGE_OSCILLATORS } from './average-oscillators.ts'
import { AVERAGES } from './averages.ts'
import { CHANNELS } from './channels.ts'
import { CYCLES } from './cycles.ts'
import { DIRECTIONAL } from './directional.ts'
import { FAST_AVERAGES } from './fast-averages.ts'
import type { Indicator } from './kernel.ts'
import { LIBRARY } from './library-table.ts'
import { OSCILLATORS } from './oscillators.ts'
import { PATTERNS } from './patterns.ts'
import { REGRESSION } from './regression.ts'
import { STATISTICS } from './statistics.ts'
import { STOCHASTICS } from './stochastics.ts'
import { SWINGS } from './swings.ts'
import { TRENDS } from './trend.ts'
import { RANGES } from './true-range.ts'
import { VOLUME } from './volume.ts'
import { VOLUME_INDICES } from './volume-indices.ts'
import { WINDOWS } from './windows.ts'

export const INDICATORS: Readonly<Record<string, Indicator>> = {
  ...AVERAGES,
  ...FAST_AVERAGES,
  ...OSCILLATORS,
  ...AVERAGE_OSCILLATORS,
  ...STOCHASTICS,
  ...SWINGS,
  ...DIRECTIONAL,
  ...RANGES,
  ...TRENDS,
  ...CHANNELS,
  ...STATISTICS,
  ...REGRESSION,
  ...WINDOWS,
  ...VOLUME,
  ...VOLUME_INDICES,
  ...PATTERNS,
  ...CYCLES,
  ...LIBRARY,
}
