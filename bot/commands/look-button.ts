// A button that only asks its device for something, as a command does.
import type { Instruction } from '@keyside/protocol'
import type { Proposal } from '../buttons/question.ts'
import type { Chosen } from './command-spec.ts'

export const LOOK = 'look'

export interface Look extends Chosen {
  /** By the bot's name for it. */
  readonly device: string
  readonly instruction: Instruction
}

export function look(
  label: string,
  device: string,
  instruction: Instruction,
  chosen: Chosen = {},
): Proposal {
  return { label, action: LOOK, data: { device, instruction, ...chosen } satisfies Look }
}
