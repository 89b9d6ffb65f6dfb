// The action behind most questions: the instruction that was shown, to the device that it was shown for.
import type { Instruction } from '@keyside/protocol'
import type { Clock } from '@keyside/runtime'
import type { Device } from '../device/device.ts'
import { answerText } from '../texts/answers.ts'
import { DEVICE_GONE, INTERRUPTED, UNCONFIRMED } from '../texts/buttons.ts'
import { doneText } from '../texts/ways-out.ts'
import type { ButtonAction } from './press.ts'
import type { Proposal } from './question.ts'

export interface InstructDeps {
  readonly clock: Clock
  /** Null for a device that this bot serves no more. */
  readonly linkTo: (device: string) => { readonly device: Pick<Device, 'ask'> } | null
}

interface Told {
  readonly device: string
  readonly instruction: Instruction
}

export const INSTRUCT = 'instruct'

/** A button that sends `instruction` to the device of that name, as the bot knows it. */
export function instruct(
  label: string,
  device: string,
  instruction: Instruction,
  style: Proposal['style'] = 'primary',
): Proposal {
  return { label, style, action: INSTRUCT, data: { device, instruction } satisfies Told }
}

export function instructAction({ clock, linkTo }: InstructDeps): ButtonAction<Told> {
  return {
    toast: 'Telling your device…',
    run: async ({ device, instruction }, owner) => {
      const line = linkTo(device)
      if (line === null) return DEVICE_GONE
      const reply = await line.device.ask(instruction, owner.user)
      if (reply.outcome === 'answered')
        return answerText(reply.answer, doneText(instruction, reply.answer), clock.now())
      return reply.outcome === 'silent' ? UNCONFIRMED : INTERRUPTED
    },
  }
}
