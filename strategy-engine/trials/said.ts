// A checked strategy in the words of the chat: its rules one by one, and its params.
import type { ProviderResponse } from '@keyside/protocol'
import type { Rule, Stop, Strategy } from '../strategies/file/strategy.ts'
import { print } from '../strategies/rules/print.ts'

type Shown = Extract<ProviderResponse['answer'], { do: 'strategy' }>
export type RulesSaid = Pick<Shown, 'rules' | 'params'>

/** A response has room for so much of rules, characters; the longest are cut first. */
const MAX_CHARS = 2_400
const MAX_RULES = 24
const MAX_TEXT = 300
const MAX_PARAMS = 8

const UNITS = {
  percent: '% of the allocation',
  quote: 'quote',
  base: 'base',
  risk: '% of the allocation lost at the stop',
} as const

export function rulesSaid(strategy: Strategy): RulesSaid {
  const all = [...partsOf(strategy)].slice(0, MAX_RULES)
  const most = Math.min(MAX_TEXT, Math.floor(MAX_CHARS / Math.max(1, all.length)))
  const params = Object.entries(strategy.params)
    .slice(0, MAX_PARAMS)
    .map(([name, { value, unit, from, to, step }]) => ({
      name,
      value,
      unit,
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(step !== undefined && { step }),
    }))
  return { rules: all.map(({ part, text }) => ({ part, text: clipped(text, most) })), params }
}

interface Part {
  readonly part: string
  readonly text: string
}

function* partsOf(strategy: Strategy): Generator<Part> {
  const { enter, exit, adds, moves, alerts, size, stop, exits, code, cooldown } = strategy
  if (code) yield { part: 'code', text: `reads ${code.reads.map(print).join(', ')}` }
  yield* rules('enter', enter)
  yield* rules('exit', exit)
  for (const { condition, size } of adds)
    yield { part: 'add', text: `${print(condition)}: ${size.value} ${UNITS[size.unit]}` }
  if (ordersNothing(strategy)) {
    yield* rules('alert', alerts)
    return
  }
  yield { part: 'size', text: `${size.value} ${UNITS[size.unit]}` }
  yield { part: 'stop', text: `${distance(stop)} below the entry` }
  const { takeProfit = [], trailingStop, breakEven, maxHold } = exits
  for (const { at, sell, after } of takeProfit) {
    const when = after === undefined ? '' : ` after ${after} s`
    yield { part: 'take_profit', text: `${gain(at)}: sells ${sell} %${when}` }
  }
  if (trailingStop) {
    const from = trailingStop.from === undefined ? '' : ` from ${trailingStop.from} % on`
    yield { part: 'trailing_stop', text: `${distance(trailingStop)}${from}` }
  }
  for (const { condition, to } of moves)
    yield { part: 'move_stop', text: `${condition ? `${print(condition)}: ` : ''}to ${print(to)}` }
  if (breakEven !== undefined) yield { part: 'break_even', text: gain(breakEven) }
  if (maxHold !== undefined) yield { part: 'max_hold', text: `${maxHold} s` }
  if (cooldown > 0) yield { part: 'cooldown', text: `${cooldown} s` }
  yield* rules('alert', alerts)
}

/** A file of alerts alone. */
export function ordersNothing({ enter, code }: Pick<Strategy, 'enter' | 'code'>): boolean {
  return enter.length === 0 && code === undefined
}

function* rules(part: string, all: readonly Rule[]): Generator<Part> {
  for (const { name, condition } of all)
    yield { part: name === null ? part : `${part} ${name}`, text: print(condition) }
}

function distance(stop: Stop): string {
  return stop.by === 'percent' ? `${stop.percent} %` : stop.text
}

function gain(at: string | { readonly text: string }): string {
  return typeof at === 'string' ? `${at} %` : at.text
}

/** One line, as the wire takes it. */
export function clipped(text: string, most: number): string {
  const line = text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  return line.length <= most ? line : `${line.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`
}
