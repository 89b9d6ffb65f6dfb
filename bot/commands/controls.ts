// Commands that change something. Pausing and halting need no second question: they only make it safer.
import {
  halted,
  haltedAndSelling,
  haltUnconfirmed,
  paused,
  resumed,
  unheededWords,
} from '../texts/chat.ts'
import { lines } from '../texts/html.ts'
import type { CommandWords } from './run.ts'

export const CONTROLS = {
  pause: { instruction: { do: 'pause' }, done: paused, evenIfOld: true },
  resume: { instruction: { do: 'resume' }, done: resumed },
} as const satisfies Record<string, CommandWords>

/** `unheeded`: words behind it that nothing is done about; empty for none. */
export function haltWords({
  sells,
  unheeded,
}: {
  readonly sells: boolean
  readonly unheeded: string
}): CommandWords {
  const note = unheeded === '' ? null : unheededWords(unheeded)
  return {
    instruction: sells ? { do: 'halt', positions: 'sell' } : { do: 'halt' },
    done: lines(sells ? haltedAndSelling : halted, note),
    silent: lines(haltUnconfirmed, note),
    evenIfOld: true,
  }
}
