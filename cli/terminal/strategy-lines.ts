// A strategy in the lines of the terminal.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { keysideHome } from '@keyside/runtime'
import {
  type Rule,
  ruleText,
  type Strategy,
  saidParts,
  warmupOf,
} from '@keyside/strategy-engine/strategies'
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
  const { name, market, timeframe } = strategy
  const candles = `${warmupOf(strategy)} before the first that can decide`
  const parts = [...saidParts(strategy), { part: 'candles', text: candles }]
  const width = Math.max(...parts.map(({ part }) => part.length))
  return [
    `${name}: ${market}, candles of ${timeframe}`,
    ...parts.map(({ part, text }) => `  ${part.padEnd(width)} ${text}`),
  ]
}
