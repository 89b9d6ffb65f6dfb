// Commands that change something. Pausing and halting need no second question: they only make it safer.
import { halted, haltedAndSelling, haltUnconfirmed, paused, resumed } from '../texts/chat.ts'
import type { CommandWords } from './run.ts'

export const CONTROLS = {
  pause: { instruction: { do: 'pause' }, done: paused, evenIfOld: true },
  resume: { instruction: { do: 'resume' }, done: resumed },
  'halt sell': {
    instruction: { do: 'halt', positions: 'sell' },
    done: haltedAndSelling,
    silent: haltUnconfirmed,
    evenIfOld: true,
  },
  halt: { instruction: { do: 'halt' }, done: halted, silent: haltUnconfirmed, evenIfOld: true },
} as const satisfies Record<string, CommandWords>
