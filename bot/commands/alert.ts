// Which price the trader wants to hear of. Words that do not say it set nothing.
import { isDecimal, type Threshold } from '@keyside/protocol'
import { html } from '../texts/html.ts'
import { alertUnread } from '../texts/price-alerts.ts'
import type { CommandSpec } from './command-spec.ts'
import type { Read } from './pause.ts'

const MARKET = /^[a-z0-9]{1,16}(\/[a-z0-9]{1,16})?$/
const SPAN = /^([1-9]\d{0,3})(m|h|d)$/
const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: 86_400 }
/** Seconds: what the device takes. */
const MAX_SPAN = 604_800

/** All that are set, with buttons to take them out. */
export const listAlerts: CommandSpec = {
  instruction: { do: 'price_alerts' },
  done: html`Done.`,
}

/** "eth above 3000", "btc/usdt < 60000 repeat", "eth 5% 1h"; nothing for all that are set. In lower case. */
export function readAlert(words: readonly string[]): Read {
  if (words.length === 0) return listAlerts
  const last = words.at(-1)
  const isMode = last === 'repeat' || last === 'once'
  const [market = '', ...rest] = isMode ? words.slice(0, -1) : words
  const threshold = thresholdOf(rest)
  if (threshold === null || !MARKET.test(market)) return alertUnread
  const repeats = last === 'repeat' ? 'always' : 'once'
  return {
    instruction: { do: 'price_alert', market, threshold, repeats },
    done: html`Done.`,
  }
}

/** Null for what names none. */
function thresholdOf(words: readonly string[]): Threshold | null {
  const [first = '', second = '', ...others] = words
    .join(' ')
    .replace(/ ?%/, '% ')
    .trim()
    .split(/\s+/)
  if (others.length > 0) return null
  const is = sideOf(first)
  if (is !== null) return isPrice(second) ? { is, price: second } : null
  const percent = first.endsWith('%') ? first.slice(0, -1) : ''
  const [, count = '', unit = ''] = SPAN.exec(second) ?? []
  const within = Number(count) * (UNITS[unit] ?? 0)
  if (!isPrice(percent) || Number(percent) < LEAST_PERCENT) return null
  return within > 0 && within <= MAX_SPAN ? { is: 'move', percent, within } : null
}

/** Less happens all the time. */
const LEAST_PERCENT = 0.1

function sideOf(word: string): 'above' | 'below' | null {
  if (word === 'above' || word === '>') return 'above'
  return word === 'below' || word === '<' ? 'below' : null
}

/** Without signs between thousands, which are others' decimal points. */
function isPrice(word: string): boolean {
  return isDecimal(word) && Number(word) > 0
}
