// The output of a halt: which executor answered, what it reported, and what to do when none did.

import type { ExecutorNote, HaltAnswer } from '@keyside/executor'
import { shownStream } from '@keyside/protocol'
import { ANSWER_TIMEOUT_MS, type Outcome } from './halt-executor.ts'

const SECONDS = ANSWER_TIMEOUT_MS / 1_000

export function haltLines(home: string, outcome: Outcome, asked: 'keep' | 'sell'): string[] {
  switch (outcome.outcome) {
    case 'halted':
      return [
        `Halted: ${who(home, outcome.note)}. It buys nothing more; exits and stops go on.`,
        `  ${heldLine(outcome.answer)}`,
      ]
    case 'ended':
      return [
        `Ended: ${who(home, outcome.note)} did not answer within ${SECONDS} s and was killed.`,
        '  It buys nothing more. Stops that it placed stay at the exchange, and it starts halted.',
        ...(asked === 'sell' ? ['  Nothing was sold: it sells when it is started again.'] : []),
      ]
    case 'no_answer':
      return [
        `NOT HALTED: ${who(home, outcome.note)} did not answer within ${SECONDS} s, and cannot be ended from here.`,
        `  End it where it runs${where(outcome.note)}: in a container, with "docker compose kill executor".`,
        '  The request stays on file: it halts as soon as it reads it.',
      ]
    case 'not_asked':
      return [
        `NOT HALTED: the request cannot be written. ${outcome.why}, then halt again.`,
        `  Or end what runs in ${home}: Ctrl-C in "keyside up", or its service. Stops at the exchange stay there.`,
      ]
    case 'not_running':
      return [
        `Nothing was halted: no executor runs in ${home}.`,
        '  The request stays on file there: the next one starts halted.',
      ]
  }
}

export function isHaltedBy(outcome: Outcome, asked: 'keep' | 'sell'): boolean {
  return outcome.outcome === 'halted' || (outcome.outcome === 'ended' && asked === 'keep')
}

function who(home: string, note: ExecutorNote | null): string {
  return `the executor of ${home}${note === null ? '' : ` (process ${note.pid}, since ${note.since.replace(/T(\d\d:\d\d).*$/, ' $1 UTC')})`}`
}

function where({ space }: ExecutorNote): string {
  return ` (${space.split(' ')[0]})`
}

function heldLine({ held, positions }: HaltAnswer): string {
  if (held.length === 0) return 'It holds nothing.'
  const all = held.map(
    ({ amount, market, stream }) => `${amount} of ${market} (${shownStream(stream)})`,
  )
  return `It ${positions === 'sell' ? 'sells' : 'holds'} ${all.join(', ')}.`
}
