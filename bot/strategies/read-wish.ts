// What a message wants of strategies: the list, one of them, the end of a trial, or to try the rule that it is.
import { parseMessage } from '../commands/parse-message.ts'
import { plainText } from './plain-text.ts'

export type Wish =
  | { readonly wants: 'list' }
  | { readonly wants: 'show' | 'stop'; readonly name: string }
  | { readonly wants: 'try'; readonly text: string }
  /** Words that say none of it. */
  | { readonly wants: 'help' }

const COMMAND = /^\s*\/\s?(strategy|strategies)(?:@\w+)?(?=\s|$)/i
/** Keys at the beginning of a line, as every rule has some. */
const KEYS =
  /^(?:name|markets?|timeframe|params|let|enter|exit|size|risk|stop|take_profit|trailing_stop|max_hold)[ ]*:/gm
const FEWEST_KEYS = 2
/** How code begins: the engine says that it takes none. */
const CODE = /^\s*(?:import|export)\s.*(?:from\s*['"]|strategy|default)/m

/** Null for a message that is about something else. A halt is a halt, whatever stands behind it. */
export function readWish(message: string): Wish | null {
  if (parseMessage(message).asks === 'halt') return null
  const plain = plainText(message)
  const command = COMMAND.exec(plain)
  if (command === null) return isRule(plain) ? { wants: 'try', text: plain } : null
  const rest = plain.slice(command[0].length)
  if (isRule(rest)) return { wants: 'try', text: rest.replace(/^[ ]*\n/, '') }
  const [name, word, ...others] = rest.trim().toLowerCase().split(/\s+/)
  if (name === undefined || name === '') return { wants: 'list' }
  if (!/^[a-z0-9][a-z0-9-]{0,31}$/.test(name) || others.length > 0) return { wants: 'help' }
  if (word === undefined) return { wants: 'show', name }
  return word === 'stop' || word === 'end' ? { wants: 'stop', name } : { wants: 'help' }
}

function isRule(text: string): boolean {
  return (text.match(KEYS) ?? []).length >= FEWEST_KEYS || CODE.test(text)
}
