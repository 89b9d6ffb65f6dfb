// Handles the owner's messages. Nothing here waits for the device, so that /halt is never queued behind a query.
import { Composer, type Context } from 'grammy'
import type { Message } from 'grammy/types'
import type { Owner } from '../store/owner.ts'
import { say } from '../store/say.ts'
import {
  editedCommand,
  editedHaltTooOld,
  greeting,
  halted,
  haltedAndSelling,
  haltUnconfirmed,
  help,
  ignoredWords,
  notAHalt,
  tooOld,
  unknownDevice,
} from '../texts/chat.ts'
import { Html, lines } from '../texts/html.ts'
import { unknownText } from '../texts/unknown.ts'
import type { CommandSpec } from './command-spec.ts'
import { OLD_MS, parseMessage, wordsAfterCommand } from './parse-message.ts'
import { type CommandDeps, runCommand } from './run.ts'
import { readCommand } from './table.ts'

/** An edit younger than this may turn a message into a halt, ms. */
const EDIT_MS = 60_000

const PAGES: ReadonlyMap<string, Html> = new Map([
  ['start', greeting],
  ['help', help],
])

/** A command that is the bot's own affair. `words` are in lower case. */
export type OwnCommand = (owner: Owner, words: readonly string[]) => void

export interface HandleDeps extends CommandDeps {
  readonly own: ReadonlyMap<string, OwnCommand>
  /** Runs on by itself; its failure is logged. */
  readonly inBackground: (work: Promise<void>) => void
}

export function commandHandlers(deps: HandleDeps): Composer<Context> {
  const composer = new Composer()
  composer.on('message', (ctx) => handleMessage(deps, senderOf(ctx), ctx.msg))
  composer.on('edited_message', (ctx) => handleEdit(deps, senderOf(ctx), ctx.msg))
  return composer
}

function handleMessage(deps: HandleDeps, owner: Owner, message: Message): void {
  const parsed = parseMessage(textOf(message), namesOf(deps))
  if (parsed.asks === 'halt') {
    runAtNamed(deps, haltCommand(parsed), owner, parsed.device)
    return
  }
  const name = parsed.asks === 'command' ? parsed.name : ''
  const own = deps.own.get(name)
  if (own !== undefined) {
    own(owner, wordsAfterCommand(textOf(message)))
    return
  }
  const { words, named } = splitDevice(deps, wordsAfterCommand(textOf(message)))
  const times = { sent: message.date * 1000, now: deps.clock.now() }
  const read = readCommand(name, words, times)
  const isOld = times.now - times.sent > OLD_MS
  if (read === null) {
    const meantHalt = parsed.asks === 'nothing' && parsed.meantHalt
    say(deps, owner, PAGES.get(name) ?? (meantHalt ? notAHalt : unknownText(textOf(message))))
  } else if (read instanceof Html) say(deps, owner, read)
  else if (isOld && read.spec.evenIfOld !== true) say(deps, owner, tooOld)
  else runAtNamed(deps, read.spec, owner, named ?? read.rest[0])
}

/** None where there is only one device: it need not be named. */
function namesOf({ devices }: HandleDeps): readonly string[] {
  return devices.length > 1 ? devices.map(({ name }) => name) : []
}

/** Where there are several devices, a word after the command names the one that is meant. */
function splitDevice(deps: HandleDeps, words: readonly string[]) {
  const names = namesOf(deps)
  const named = words.find((word) => names.includes(word))
  return { named, words: words.filter((word) => word !== named) }
}

function runAtNamed(
  deps: HandleDeps,
  command: CommandSpec,
  owner: Owner,
  named: string | undefined,
): void {
  const isMeant = (name: string) =>
    deps.devices.length === 1 || named === undefined || name === named
  const devices = deps.devices.filter(({ name }) => isMeant(name))
  const names = deps.devices.map(({ name }) => name)
  if (devices.length === 0) say(deps, owner, unknownDevice(names))
  else deps.inBackground(runCommand({ ...deps, devices }, command, owner))
}

/** Telegram reports an edit also when a link gets its preview, so an edit that asks for nothing gets no answer. */
function handleEdit(deps: HandleDeps, owner: Owner, message: Message): void {
  const parsed = parseMessage(textOf(message), namesOf(deps))
  if (parsed.asks === 'nothing') return
  const at = message.edit_date ?? message.date
  const isYoung = deps.clock.now() - at * 1000 < EDIT_MS
  if (parsed.asks === 'halt' && isYoung) runAtNamed(deps, haltCommand(parsed), owner, parsed.device)
  else {
    const said = parsed.asks === 'halt' ? editedHaltTooOld : editedCommand
    say(deps, owner, said, { key: `edit:${message.message_id}` })
  }
}

function textOf({ text, caption }: Message): string {
  return text ?? caption ?? ''
}

/** The owner check runs before this. */
function senderOf(ctx: Context): Owner {
  if (ctx.from === undefined || ctx.chat === undefined)
    throw new Error('a command without a sender')
  return { user: ctx.from.id, chat: ctx.chat.id }
}

/** `ignored`: words after it that are not acted on; empty for none. */
function haltCommand({
  sells,
  ignored,
}: {
  readonly sells: boolean
  readonly ignored: string
}): CommandSpec {
  const note = ignored === '' ? null : ignoredWords(ignored)
  return {
    instruction: sells ? { do: 'halt', positions: 'sell' } : { do: 'halt' },
    done: lines(sells ? haltedAndSelling : halted, note),
    unanswered: lines(haltUnconfirmed, note),
    evenIfOld: true,
  }
}
