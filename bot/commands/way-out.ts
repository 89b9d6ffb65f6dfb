// Closing, protecting, taking back: each asks the device what it would do, and only the yes to that does it.
import type { Instruction } from '@keyside/protocol'
import { type Html, html } from '../texts/html.ts'
import { cancelUnread, closeUnread, protectUnread } from '../texts/ways-out.ts'
import type { CommandSpec } from './command-spec.ts'

type Read = CommandSpec | Html
type Stop = Extract<Instruction, { do: 'protect' }>['to']

/** As the device takes it: a stream, a market, or its coin. */
const NAME = /^[a-z0-9][a-z0-9:/-]{0,64}$/
const PERCENT = /^([1-9]\d?|100)%?$/
const DECIMAL = /^(0|[1-9]\d{0,11})(\.\d{1,12})?$/

const ask = (instruction: Instruction): CommandSpec => ({ instruction, done: html`Done.` })

/** Without a name the positions are shown, with their buttons. */
export function readClose([name, ...part]: readonly string[]): Read {
  if (name === undefined) return ask({ do: 'positions' })
  if (name === 'all') return readCloseAll(part)
  const percent = percentOf(part)
  // "/close half" says of what as little as "/close 30%".
  if (percent === null || percentOf([name]) !== null || !NAME.test(name)) return closeUnread
  return ask({ do: 'close', what: name, percent })
}

export function readCloseAll(part: readonly string[]): Read {
  const percent = percentOf(part)
  return percent === null ? closeUnread : ask({ do: 'close', percent })
}

/** Null for words that say no part. */
function percentOf(words: readonly string[]): number | null {
  const part = words.join('')
  if (part === '' || part === 'all') return 100
  if (part === 'half') return 50
  const [, percent] = PERCENT.exec(part) ?? []
  return percent === undefined ? null : Number(percent)
}

export function readProtect([name, ...to]: readonly string[]): Read {
  if (name === undefined) return ask({ do: 'positions' })
  const stop = stopOf(to.join(''))
  if (stop === null || !NAME.test(name)) return protectUnread
  return ask({ do: 'protect', what: name, to: stop })
}

export function readBreakEven([name, ...rest]: readonly string[]): Read {
  if (name === undefined) return ask({ do: 'positions' })
  if (rest.length > 0 || !NAME.test(name)) return protectUnread
  return ask({ do: 'protect', what: name, to: { unit: 'entry' } })
}

function stopOf(word: string): Stop | null {
  const isPercent = word.endsWith('%')
  const value = isPercent ? word.slice(0, -1) : word
  if (!DECIMAL.test(value) || Number(value) === 0) return null
  return { unit: isPercent ? 'percent' : 'price', value }
}

/** By its place in the list, from 1; without one they are listed, with their buttons. */
export function readCancel([place, ...rest]: readonly string[]): Read {
  if (place === undefined) return ask({ do: 'cancel' })
  if (rest.length > 0 || !/^[1-9]\d?$/.test(place)) return cancelUnread
  return { ...ask({ do: 'cancel' }), place: Number(place) }
}
