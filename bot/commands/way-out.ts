// Closing, protecting, taking back: each asks the device what it would do, and only the yes to that does it.
import { type Instruction, isDecimal } from '@keyside/protocol'
import { cancelUnread, closeUnread, protectUnread } from '../texts/ways-out.ts'
import { ask, isName, type Read } from './words.ts'

type Stop = Extract<Instruction, { do: 'protect' }>['to']

const PERCENT = /^([1-9]\d?|100)%?$/

/** Without a name the positions are shown, with their buttons. */
export function readClose([name, ...part]: readonly string[]): Read {
  if (name === undefined) return ask({ do: 'positions' })
  if (name === 'all') return readCloseAll(part)
  const percent = percentOf(part)
  // "/close half" names no position, like "/close 30%".
  if (percent === null || percentOf([name]) !== null || !isName(name)) return closeUnread
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
  if (stop === null || !isName(name)) return protectUnread
  return ask({ do: 'protect', what: name, to: stop })
}

export function readBreakEven([name, ...rest]: readonly string[]): Read {
  if (name === undefined) return ask({ do: 'positions' })
  if (rest.length > 0 || !isName(name)) return protectUnread
  return ask({ do: 'protect', what: name, to: { unit: 'entry' } })
}

function stopOf(word: string): Stop | null {
  const isPercent = word.endsWith('%')
  const value = isPercent ? word.slice(0, -1) : word
  if (!isDecimal(value) || Number(value) === 0) return null
  return { unit: isPercent ? 'percent' : 'price', value }
}

/** By its place in the list, from 1; without one they are listed, with their buttons. */
export function readCancel([place, ...rest]: readonly string[]): Read {
  if (place === undefined) return ask({ do: 'cancel' })
  if (rest.length > 0 || !/^[1-9]\d?$/.test(place)) return cancelUnread
  return { ...ask({ do: 'cancel' }), place: Number(place) }
}
