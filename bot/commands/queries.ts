// Query commands: the device's answer is shown.
import type { Instruction } from '@keyside/protocol'
import { html } from '../texts/html.ts'
import type { CommandSpec } from './run.ts'

/** Rows that fit a phone without scrolling for long. */
const ROWS = 10

const ask = (instruction: Instruction): CommandSpec => ({ instruction, done: html`Done.` })

export const QUERIES = {
  status: ask({ do: 'status' }),
  balance: ask({ do: 'balance' }),
  positions: ask({ do: 'positions' }),
  orders: ask({ do: 'orders', limit: ROWS }),
  trades: ask({ do: 'trades', limit: ROWS }),
} as const
