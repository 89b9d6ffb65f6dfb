// From a pressed button to a signed approval, or back to a card that still waits.
import { type Chance, type Clock, describeError, type Logger, seconds } from '@keyside/runtime'
import type { Device } from '../device.ts'
import {
  type ApprovalAnswer,
  type Card,
  findCard,
  type Note,
  type Press,
  setCard,
  takePress,
} from '../store/cards.ts'
import { editMessage } from '../store/messages.ts'
import { type Store, transact } from '../store/open.ts'
import { rejecting, sending, TOASTS } from '../texts/card.ts'
import { plainCard } from './render.ts'
import { refresh, reoffer } from './show.ts'

export interface ApprovalDeps {
  readonly store: Store
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Logger
  readonly device: Pick<Device, 'answerOrder'>
  /** False when it is known that nobody would hear the answer. */
  readonly deviceThere: () => boolean
  /** Something to send was written. */
  readonly kick: () => void
}

/** Returns the toast. Rejects for bugs only. */
export async function answerPress(deps: ApprovalDeps, press: Omit<Press, 'now'>): Promise<string> {
  const { store, clock, log } = deps
  const pressed = takePress(store, { ...press, now: seconds(clock.now()) })
  if (pressed.outcome !== 'taken') {
    log.warn(
      { code: 'press_refused', why: pressed.outcome },
      'a press that fits no card was refused',
    )
    return TOASTS[pressed.outcome]
  }
  const card = findCard(store, pressed.order)
  if (card === null) throw new Error('a press was taken for an order without a card')
  return (await sendAnswer(deps, card, pressed.answer))
    ? TOASTS[pressed.answer]
    : TOASTS.unreachable
}

async function sendAnswer(
  deps: ApprovalDeps,
  { order, needed, message, owner }: Card,
  answer: ApprovalAnswer,
): Promise<boolean> {
  const { store, device, log, kick } = deps
  editMessage(store, message, plainCard(needed, answer === 'approve' ? sending : rejecting))
  try {
    if (!deps.deviceThere()) throw new Error('the device is offline')
    await device.answerOrder({ order, answer }, owner.user, needed.expires)
  } catch (error) {
    log.warn(
      { code: 'approval_not_sent', order, err: describeError(error) },
      'an answer was not sent',
    )
    waitAgain(deps, order, 'unreachable')
    return false
  }
  // The device's report may have come before its PUBACK: then the card is closed already.
  if (findCard(store, order)?.state === 'pressed') setCard(store, order, 'answered', 'none')
  kick()
  return true
}

/** Offers the order anew, with fresh nonces: an answer is sent at most once for each. */
export function waitAgain(deps: ApprovalDeps, order: string, note: Note): void {
  const { store, clock, chance, kick } = deps
  transact(store, () => {
    if (findCard(store, order)?.state !== 'pressed') return
    setCard(store, order, 'waiting', note)
    reoffer(store, chance, order)
    refresh(store, order, clock.now())
  })
  kick()
}
