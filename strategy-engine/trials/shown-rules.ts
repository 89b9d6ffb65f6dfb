// A checked strategy in the words of the chat: its rules one by one, and its params.
import type { ProviderResponse } from '@keyside/protocol'
import type { Strategy } from '../strategies/file/strategy.ts'
import { saidParts } from '../strategies/said-parts.ts'

type Shown = Extract<ProviderResponse['answer'], { do: 'strategy' }>
export type ShownRules = Pick<Shown, 'rules' | 'params'>

/** A response has room for so much of rules, characters; the longest are cut first. */
const MAX_CHARS = 2_400
const MAX_RULES = 24
const MAX_TEXT = 300
const MAX_PARAMS = 8

export function shownRules(strategy: Strategy): ShownRules {
  const all = [...saidParts(strategy)].slice(0, MAX_RULES)
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

/** One line, as the wire takes it. */
export function clipped(text: string, most: number): string {
  const line = text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  return line.length <= most ? line : `${line.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`
}
