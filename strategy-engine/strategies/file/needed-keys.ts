// Which keys a strategy file has to have: one that orders something, and one of alerts alone.
import { keysAt, type OpenedYaml } from '@keyside/runtime'
import type { Report } from './report.ts'
import { keyHint, strategyShape, type Written } from './shape.ts'

/** Keys that are only allowed in a file with an entry. */
const OF_ORDERS = [
  'exit',
  'size',
  'risk',
  'stop',
  'take_profit',
  'trailing_stop',
  'break_even',
  'max_hold',
  'cooldown',
  'add',
  'move_stop',
  'valid_for',
] as const satisfies readonly (keyof Written)[]

/** A file of alerts alone orders nothing; any other enters, and has a stop. */
export function askForOrders(data: OpenedYaml['data'], report: Report): void {
  const has = (key: string) => Object.hasOwn(data, key)
  if (!has('alert') || has('enter')) {
    for (const key of ['enter', 'stop'])
      if (!has(key) && !isMistyped(data, key)) report.add([], missing(key))
    return
  }
  for (const key of OF_ORDERS)
    if (has(key))
      report.addKey([key], `without "enter" nothing is bought: leave it out, or write "enter" too`)
}

/** Then it is told at its own place, and not as missing too. */
export function isMistyped(data: OpenedYaml['data'], key: string): boolean {
  const known = keysAt(strategyShape, [])
  return Object.keys(data).some(
    (written) => !known.includes(written) && keyHint(written, known).includes(`"${key}"`),
  )
}

const EXAMPLES: Readonly<Record<string, string>> = {
  name: 'name: my-strategy',
  timeframe: 'timeframe: 5m',
  enter: 'enter: crossover(ema(12), ema(26))',
  stop: 'stop: 2 %',
}

export function missing(key: string): string {
  return `there is no "${key}", such as "${EXAMPLES[key] ?? `${key}: …`}"`.replace('…', '...')
}

/** Of a file of alerts alone, which never enters. */
export const UNUSED = {
  size: { unit: 'percent', value: '1' },
  stop: { by: 'percent', percent: '1' },
} as const
