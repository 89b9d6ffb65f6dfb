// The action of a button below an answer: it asks the device as a command does, and changes nothing itself.
import type { ButtonAction } from '../buttons/press.ts'
import type { Device } from '../device/device.ts'
import { say } from '../store/say.ts'
import { DEVICE_GONE } from '../texts/buttons.ts'
import type { Look } from './look-button.ts'
import { type CommandDeps, runCommand } from './run.ts'
import { ask } from './words.ts'

interface LookDeps extends CommandDeps {
  /** Null for a device that this bot serves no more. */
  readonly linkTo: (device: string) => { readonly device: Pick<Device, 'ask'> } | null
}

export function lookAction(deps: LookDeps): ButtonAction<Look> {
  return {
    toast: 'Looking…',
    run: async ({ device: name, instruction, ...chosen }, owner) => {
      const line = deps.linkTo(name)
      const devices = line === null ? [] : [{ name, device: line.device }]
      if (line === null) say(deps, owner, DEVICE_GONE, { device: name })
      else await runCommand({ ...deps, devices }, { ...ask(instruction), ...chosen }, owner)
      return null
    },
  }
}
