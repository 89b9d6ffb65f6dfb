// One decision while it is being made: facts fold into the book as they are recorded.
import type { ReportEvent } from '@keyside/protocol'
import { apply } from '../model/apply.ts'
import type { Fact, Happening } from '../model/events.ts'
import type { Book, Live, State } from '../model/state.ts'
import type { Effect, Notice, World } from './inputs.ts'

/** Lives for one call of `decide` and is seen by nobody else: the outside stays pure. */
export interface Turn {
  readonly world: World
  book: Book
  live: Live
  readonly facts: Fact[]
  readonly reports: ReportEvent[]
  readonly effects: Effect[]
}

export function newTurn({ book, live }: State, world: World): Turn {
  return { world, book, live, facts: [], reports: [], effects: [] }
}

export function record(turn: Turn, happening: Happening): undefined {
  const fact: Fact = { ...happening, at: turn.world.now }
  turn.book = apply(turn.book, fact)
  turn.facts.push(fact)
}

export function report(turn: Turn, event: ReportEvent): undefined {
  turn.reports.push(event)
}

export function notice(turn: Turn, { level, code, message }: Notice): undefined {
  report(turn, { type: 'notice', level, code, message: oneLine(message) })
}

export function ask(turn: Turn, effect: Effect): undefined {
  turn.effects.push(effect)
}

/** What a report may carry of another program's words. */
export function oneLine(text: string): string {
  const line = text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 500)
  // Half a character is none that a message may have.
  return line.isWellFormed() ? line : line.slice(0, -1)
}

/** What a rule found wrong, without its advice. */
export function findingOf(reason: string): string {
  return reason.split(': ')[0] ?? reason
}
