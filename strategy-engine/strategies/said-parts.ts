// Everything that a strategy says, in words for a person: rules, amounts and ways out, one line each.
import { TIMEFRAMES } from '../market/candle.ts'
import type { Rule, Size, Stop, Strategy } from './file/strategy.ts'
import { print } from './rules/print.ts'
import { literal } from './rules/scope.ts'

export interface SaidPart {
  /** Its key in the file, and its name. */
  readonly part: string
  readonly text: string
}

export function* saidParts(strategy: Strategy): Generator<SaidPart> {
  const { enter, exit, adds, moves, alerts, size, stop, exits, code, cooldown, validFor } = strategy
  if (code) yield { part: 'code', text: `reads ${code.reads.map(print).join(', ')}` }
  yield* rules('enter', enter)
  yield* rules('exit', exit)
  for (const { condition, size } of adds)
    yield { part: 'add', text: `${print(condition)}: ${amount(size, strategy)}` }
  if (ordersNothing(strategy)) {
    yield* rules('alert', alerts)
    return
  }
  yield { part: 'size', text: amount(size, strategy) }
  yield { part: 'stop', text: `${distance(stop)} below the entry` }
  const { takeProfit = [], trailingStop, breakEven, maxHold } = exits
  for (const { at, sell, after } of takeProfit) {
    const when = after === undefined ? '' : ` after ${time(after)}`
    yield { part: 'take_profit', text: `${gain(at)}: sells ${sell} %${when}` }
  }
  if (trailingStop) {
    const from = trailingStop.from === undefined ? '' : ` from ${trailingStop.from} % on`
    yield { part: 'trailing_stop', text: `${distance(trailingStop)}${from}` }
  }
  for (const { condition, to } of moves)
    yield { part: 'move_stop', text: `${condition ? `${print(condition)}: ` : ''}to ${print(to)}` }
  if (breakEven !== undefined) yield { part: 'break_even', text: gain(breakEven) }
  if (maxHold !== undefined) yield { part: 'max_hold', text: time(maxHold) }
  if (cooldown > 0) yield { part: 'cooldown', text: time(cooldown) }
  if (validFor !== TIMEFRAMES[strategy.timeframe]) yield { part: 'valid_for', text: time(validFor) }
  yield* rules('alert', alerts)
}

/** A file of alerts alone. */
export function ordersNothing({ enter, code }: Pick<Strategy, 'enter' | 'code'>): boolean {
  return enter.length === 0 && code === undefined
}

function* rules(part: string, all: readonly Rule[]): Generator<SaidPart> {
  for (const { name, condition } of all)
    yield { part: name === null ? part : `${part} ${name}`, text: print(condition) }
}

function amount({ unit, value }: Size, { market }: Strategy): string {
  const [base = '', quote = ''] = market.split('/')
  const of = { percent: '% of the allocation', risk: '% of the allocation lost at the stop' }
  return `${value} ${{ ...of, base, quote }[unit]}`
}

function time(seconds: number): string {
  return print(literal(seconds, 'duration'))
}

function distance(stop: Stop): string {
  return stop.by === 'percent' ? `${stop.percent} %` : stop.text
}

function gain(at: string | { readonly text: string }): string {
  return typeof at === 'string' ? `${at} %` : at.text
}
