// Which price the trader wants to hear of. Words that do not say it set nothing.
import { isDecimal, type Threshold } from '@keyside/protocol'
import { alertUnread } from '../texts/price-alerts.ts'
import { ask, type Read, readSpan } from './words.ts'

const MARKET = /^[a-z0-9]{1,16}(\/[a-z0-9]{1,16})?$/
/** Seconds: what the device takes. */
const MAX_SPAN = 604_800

/** All that are set, with buttons to take them out. */
export const listAlerts = ask({ do: 'price_alerts' })

/** "eth above 3000", "btc/usdt < 60000 repeat", "eth 5% 1h"; nothing for all that are set. In lower case. */
export function readAlert(words: readonly string[]): Read {
  if (words.length === 0) return listAlerts
  const last = words.at(-1)
  const isMode = last === 'repeat' || last === 'once'
  const [market = '', ...rest] = isMode ? words.slice(0, -1) : words
  const threshold = thresholdOf(rest)
  if (threshold === null || !MARKET.test(market)) return alertUnread
  const repeats = last === 'repeat' ? 'always' : 'once'
  return ask({ do: 'price_alert', market, threshold, repeats })
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
  const within = readSpan(second)
  if (!isPrice(percent) || Number(percent) < MIN_PERCENT) return null
  return within !== null && within <= MAX_SPAN ? { is: 'move', percent, within } : null
}

/** Percent; smaller moves happen all the time. */
const MIN_PERCENT = 0.1

function sideOf(word: string): 'above' | 'below' | null {
  if (word === 'above' || word === '>') return 'above'
  return word === 'below' || word === '<' ? 'below' : null
}

/** Without signs between thousands, which are others' decimal points. */
function isPrice(word: string): boolean {
  return isDecimal(word) && Number(word) > 0
}
