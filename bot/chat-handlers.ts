// What the owner's messages and presses lead to: every command and every button, composed once for the bot and for its tests.
import { Composer, type Context } from 'grammy'
import { callbackHandlers } from './approvals/answer.ts'
import { codeHandlers } from './approvals/code.ts'
import { lessHandlers } from './approvals/less.ts'
import {
  APPROVE_ALL,
  ASK_FOR_ALL,
  approveAllAction,
  askForAllAction,
  tellWaiting,
} from './approvals/waiting.ts'
import { INSTRUCT, instructAction } from './buttons/instruct.ts'
import { type ButtonAction, type ButtonActions, buttonHandlers } from './buttons/press.ts'
import { commandHandlers, type HandleDeps, type OwnCommand } from './commands/handle.ts'
import { lookAction } from './commands/look.ts'
import { LOOK } from './commands/look-button.ts'
import { showStreams } from './commands/streams.ts'
import { deviceCommands } from './commands/table.ts'
import { handleSettings, SETTINGS, settingsAction } from './settings/command.ts'
import {
  handleStrategy,
  ruleHandlers,
  type StrategyDeps,
  strategyActions,
} from './strategies/handle.ts'

export type ChatDeps = Omit<HandleDeps, 'own'> &
  Parameters<typeof codeHandlers>[0] &
  Parameters<typeof instructAction>[0] &
  Pick<Parameters<typeof buttonHandlers>[0], 'toast'> &
  StrategyDeps

export function chatHandlers(deps: ChatDeps): Composer<Context> {
  return new Composer(
    buttonHandlers({ ...deps, actions: actionsOf(deps) }),
    callbackHandlers(deps),
    lessHandlers(deps),
    codeHandlers(deps),
    ruleHandlers(deps),
    commandHandlers({ ...deps, own: ownCommands(deps) }),
  )
}

function actionsOf(deps: ChatDeps): ButtonActions {
  return new Map<string, ButtonAction>([
    [INSTRUCT, instructAction(deps)],
    [LOOK, lookAction(deps)],
    [SETTINGS, settingsAction(deps)],
    [ASK_FOR_ALL, askForAllAction(deps)],
    [APPROVE_ALL, approveAllAction(deps)],
    ...strategyActions(deps),
  ])
}

/** Those that are no single question to a device. */
function ownCommands(deps: ChatDeps): ReadonlyMap<string, OwnCommand> {
  return new Map<string, OwnCommand>([
    ['waiting', (owner) => tellWaiting(deps, owner)],
    ['settings', (owner, words) => handleSettings(deps, owner, words)],
    ['strategies', (owner) => handleStrategy(deps, owner, [])],
    ['strategy', (owner, words) => handleStrategy(deps, owner, words)],
    ['streams', (owner) => deps.inBackground(showStreams(deps, owner))],
  ])
}

/** Every command there is, without those that only explain. */
export function commandNames(deps: ChatDeps): readonly string[] {
  return ['halt', 'stop', ...deviceCommands(), ...ownCommands(deps).keys()]
}
