// The words behind /limits and /confirm: a setting of the policy, and what it is to be. The device says what that would change,
// and only the yes to that does it; what would allow more is only asked for there.
import { confirmUnread, limitsUnread } from '../texts/policy.ts'
import type { CommandSpec } from './command-spec.ts'
import { CONFIRM, SETTING_NAMES } from './setting-names.ts'
import { ask, type Read } from './words.ts'

const AMOUNT = /^(?:0|[1-9]\d{0,14})(?:\.\d{1,12})?$/
const STREAM = /^[a-z0-9][a-z0-9-]{0,31}\/[a-z0-9][a-z0-9-]{0,31}$/
const MARKET = /^[a-z0-9]{1,16}\/[a-z0-9]{1,16}$/

const look = (setting: string, to: string): CommandSpec =>
  ask({ do: 'tighten', setting, to, step: 'preview' })

/** Without words: what is allowed and used, and the buttons that lower. */
export function readLimits([name, ...words]: readonly string[]): Read {
  if (name === undefined) return ask({ do: 'limits' })
  const [value = ''] = words
  if (name === 'market' && words.length === 1 && MARKET.test(value))
    return look(`markets.${value.toUpperCase()}`, 'allowed')
  const number = numberOf(words)
  const known = SETTING_NAMES.get(name)
  if (number === null || (known === undefined && !STREAM.test(name))) return limitsUnread
  if (known === undefined) return look(`streams.${name}.allocation`, number)
  return look(known.setting, known.unit === '%' ? `${number} %` : number)
}

/** "always", "above 100", "100", "code 300". */
export function readConfirm([first, ...words]: readonly string[]): Read {
  if (first === undefined) return { ...ask({ do: 'policy' }), setting: CONFIRM }
  if (words.length === 0 && (first === 'always' || first === 'never'))
    return look('approval', first)
  if (first === 'code') {
    const above = numberOf(words.filter((word) => word !== 'above'))
    return above === null ? confirmUnread : look('code_above', above)
  }
  const above = numberOf(first === 'above' ? words : [first, ...words])
  return above === null ? confirmUnread : look('approval', `above ${above}`)
}

/** "0.3 %", "0.3%" and "0.3" are the same; null for what is no plain number. */
function numberOf(words: readonly string[]): string | null {
  const [first = '', sign = '%', ...others] = words
  const number = first.replace(/%$/, '')
  return sign === '%' && others.length === 0 && AMOUNT.test(number) ? number : null
}
