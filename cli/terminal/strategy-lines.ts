// A strategy in the lines of the terminal.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { keysideHome } from '@keyside/runtime'
import { type Rule, ruleText, type Strategy, warmupOf } from '@keyside/strategy-engine/strategies'
import { row } from './print.ts'

/** A device follows what its policy names and nothing else; a provider's home has no policy. */
export function tradeRows(name: string): readonly string[] {
  if (!existsSync(join(keysideHome(), 'policy.yaml'))) return []
  return [
    row('trade', `home/${name}: { allocation: 1000 } under streams: in policy.yaml`),
    row('', 'then keyside policy accept'),
  ]
}

export function texts({ enter, exit, alerts, adds, moves, code }: Strategy) {
  const texts = (rules: readonly Rule[]) =>
    rules.map(({ name, condition }) => ({ name, rule: ruleText(condition) }))
  return {
    enter: texts(enter),
    exit: texts(exit),
    alerts: texts(alerts),
    adds: adds.map(({ condition, size }) => ({ rule: ruleText(condition), size })),
    moves: moves.map(({ condition, to }) => ({
      rule: condition && ruleText(condition),
      to: ruleText(to),
    })),
    ...(code && { code: { reads: code.reads.map(ruleText) } }),
  }
}

export function showLines(strategy: Strategy): readonly string[] {
  const { name, market, timeframe, size, stop } = strategy
  const { enter, exit, alerts, adds, moves, code } = texts(strategy)
  const rules = (title: string, all: readonly { name: string | null; rule: string }[]) =>
    all.map((one) => row(title, one.name === null ? one.rule : `${one.name}: ${one.rule}`))
  const unit = { percent: '% of the allocation', quote: 'quote', base: 'base', risk: '% at risk' }
  return [
    `${name}: ${market}, candles of ${timeframe}`,
    ...(code ? [row('code', `that reads ${code.reads.join(', ')}`)] : []),
    ...rules('enter', enter),
    ...rules('exit', exit),
    ...adds.map((one) => row('add', `${one.rule}: ${one.size.value} ${unit[one.size.unit]}`)),
    ...rules('alert', alerts),
    row('size', `${size.value} ${unit[size.unit]}`),
    row(
      'stop',
      stop.by === 'percent' ? `${stop.percent} % below the entry` : `${stop.text} below the entry`,
    ),
    ...moves.map(({ rule, to }) => row('move_stop', `${rule === null ? '' : `${rule}: `}to ${to}`)),
    row('candles', `${warmupOf(strategy)} before the first that can decide`),
  ]
}
