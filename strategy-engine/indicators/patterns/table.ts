// Candle patterns, to TA-Lib's definitions: 1 where one ends at the candle, 0 where none does.
import { LONGER } from './longer.ts'
import { PAIRS } from './pairs.ts'
import { SINGLE } from './single.ts'
import { THREES } from './threes.ts'

export const PATTERNS = { ...SINGLE, ...PAIRS, ...THREES, ...LONGER }
