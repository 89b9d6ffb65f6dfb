// The strategies that come with Keyside.
import { join } from 'node:path'

const folder = join(import.meta.dirname, '..', '..', 'examples', 'strategies')

export const DEMO_STRATEGY = join(folder, 'demo.yaml')
export const FIRST_STRATEGIES = [join(folder, 'ema-cross.yaml'), join(folder, 'rsi-reversion.yaml')]
