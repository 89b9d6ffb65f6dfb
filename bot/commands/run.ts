// Runs one command: sends it to the devices and replies with the answer, or that there was none.
import { type Clock, type RandomBytes, whileBusy } from '@keyside/runtime'
import { askOwner, sayWithMenu } from '../buttons/question.ts'
import type { Device, DeviceReply } from '../device/device.ts'
import { readDevice } from '../store/device.ts'
import type { Store } from '../store/open.ts'
import type { Owner } from '../store/owner.ts'
import { say } from '../store/say.ts'
import { answerText } from '../texts/answers.ts'
import { silentText } from '../texts/events.ts'
import { type Html, lines } from '../texts/html.ts'
import type { CommandSpec } from './command-spec.ts'
import { followUp } from './follow-up.ts'

interface AskedDevice {
  readonly name: string
  readonly device: Pick<Device, 'ask'>
}

export interface CommandDeps {
  readonly store: Store
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly devices: readonly AskedDevice[]
  /** Something to send was written. */
  readonly wake: () => void
}

/** Each of the devices is asked at once and replies for itself: one that is silent holds up no other. */
export async function runCommand(
  deps: CommandDeps,
  words: CommandSpec,
  owner: Owner,
): Promise<void> {
  await Promise.all(deps.devices.map((asked) => runAt(deps, asked, words, owner)))
}

async function runAt(
  deps: CommandDeps,
  { name, device }: AskedDevice,
  words: CommandSpec,
  owner: Owner,
): Promise<void> {
  const asked = await device.ask(words.instruction, owner.user)
  if (asked.outcome === 'stopped') return
  const reply = () => answerOwner(deps, owner, { device: name, words, asked })
  await whileBusy(reply, deps.clock)
}

interface Answered {
  readonly device: string
  readonly words: CommandSpec
  readonly asked: DeviceReply
}

function answerOwner(
  deps: CommandDeps,
  owner: Owner,
  { device, words, asked }: Answered,
): undefined {
  const follow = asked.outcome === 'answered' ? followUp(asked.answer, device, words) : null
  if (follow?.is === 'question') return askOwner(deps, owner, follow.question)
  const text = follow?.text ?? replyTo(deps, device, words, asked)
  if (follow?.is === 'menu') return sayWithMenu(deps, owner, { text, rows: follow.rows, device })
  const chart = asked.outcome === 'answered' ? words.chart?.(asked.answer) : null
  return say(deps, owner, text, { device, ...(chart && { chart }) })
}

function replyTo(
  { store, clock }: CommandDeps,
  device: string,
  words: CommandSpec,
  asked: DeviceReply,
): Html {
  const now = clock.now()
  if (asked.outcome === 'answered')
    return words.text?.(asked.answer, now) ?? answerText(asked.answer, words.done, now)
  return lines(words.unanswered ?? null, silentText(readDevice(store, device).heard, now))
}
