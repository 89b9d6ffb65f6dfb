// What the words behind a command have in common: how a thing is named, a span of time, and what is asked of the device.
import type { Instruction } from '@keyside/protocol'
import { type Html, html } from '../texts/html.ts'
import type { CommandSpec } from './command-spec.ts'

/** A command to the device, or the reply that there is none. */
export type Read = CommandSpec | Html

export function ask(instruction: Instruction): CommandSpec {
  return { instruction, done: html`Done.` }
}

const NAME = /^[a-z0-9][a-z0-9:/-]{0,64}$/

/** Whether it has the form of a stream, a market or a coin: which of them exist only the device knows. */
export function isName(word: string): boolean {
  return NAME.test(word)
}

const SPAN = /^([1-9]\d{0,3})(m|h|d)$/
const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: 86_400 }

/** "30m", "2h", "3d" in seconds; null for what is none. */
export function readSpan(word: string): number | null {
  const [, count = '', unit = ''] = SPAN.exec(word) ?? []
  const span = Number(count) * (UNITS[unit] ?? 0)
  return span > 0 ? span : null
}
