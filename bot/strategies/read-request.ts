// What the owner wants of strategies: by a command, or by sending a rule as it stands.
import { parseMessage } from '../commands/parse-message.ts'
import { plainText } from './plain-text.ts'

export type StrategyRequest =
  | { readonly wants: 'list' }
  | { readonly wants: 'show' | 'stop'; readonly name: string }
  /** Words that mean none of these. */
  | { readonly wants: 'help' }

const COMMAND = /^\s*\/\s?strategy(?:@\w+)?(?=\s|$)[ ]*\n?/i
/** Keys at the beginning of a line, as every rule has some. */
const KEYS =
  /^(?:name|markets?|timeframe|params|let|enter|exit|size|risk|stop|take_profit|trailing_stop|max_hold)[ ]*:/gm
const MIN_KEYS = 2
/** How code begins: it is passed on, and the engine refuses it with a reason. */
const CODE = /^\s*(?:import|export)\s.*(?:from\s*['"]|strategy|default)/m

/** The rule that a message is, also below `/strategy`; null for any other. A halt is a halt, whatever stands behind it. */
export function readRule(message: string): string | null {
  if (parseMessage(message).asks === 'halt') return null
  const plain = plainText(message).replace(COMMAND, '')
  return (plain.match(KEYS) ?? []).length >= MIN_KEYS || CODE.test(plain) ? plain : null
}

/** `words`: those behind `/strategy`, in lower case. */
export function readStrategyRequest([name, word, ...others]: readonly string[]): StrategyRequest {
  if (name === undefined) return { wants: 'list' }
  if (!/^[a-z0-9][a-z0-9-]{0,31}$/.test(name) || others.length > 0) return { wants: 'help' }
  if (word === undefined) return { wants: 'show', name }
  return word === 'stop' || word === 'end' ? { wants: 'stop', name } : { wants: 'help' }
}
