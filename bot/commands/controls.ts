// Commands that change something. Pausing and halting need no second question: they only make it safer.
import {
  halted,
  haltedAndSelling,
  haltUnconfirmed,
  ignoredWords,
  paused,
  resumed,
} from '../texts/chat.ts'
import { lines } from '../texts/html.ts'
import type { CommandSpec } from './run.ts'

export const CONTROLS = {
  pause: { instruction: { do: 'pause' }, done: paused, evenIfOld: true },
  resume: { instruction: { do: 'resume' }, done: resumed },
} as const satisfies Record<string, CommandSpec>

/** `ignored`: words after it that are not acted on; empty for none. */
export function haltCommand({
  sells,
  ignored,
}: {
  readonly sells: boolean
  readonly ignored: string
}): CommandSpec {
  const note = ignored === '' ? null : ignoredWords(ignored)
  return {
    instruction: sells ? { do: 'halt', positions: 'sell' } : { do: 'halt' },
    done: lines(sells ? haltedAndSelling : halted, note),
    unanswered: lines(haltUnconfirmed, note),
    evenIfOld: true,
  }
}
