// Every indicator by the name that rules call it.
import { AVERAGES } from './averages.ts'
import type { Indicator } from './kernel.ts'
import { WILDER } from './wilder.ts'

export const INDICATORS: Readonly<Record<string, Indicator>> = { ...AVERAGES, ...WILDER }
