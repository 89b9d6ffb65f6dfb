// Candle patterns, to TA-Lib's definitions: 1 where one ends at the candle, 0 where none does.
import { LONGER } from './pattern-longer.ts'
import { PAIRS } from './pattern-pairs.ts'
import { SINGLE } from './pattern-single.ts'
import { THREES } from './pattern-threes.ts'

export const PATTERNS = { ...SINGLE, ...PAIRS, ...THREES, ...LONGER }
