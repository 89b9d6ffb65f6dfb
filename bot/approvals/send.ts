// Sends the trader's answer to the device, signed for one exact order. If it was not sent, the card asks again.
import type { Approval, Decimal } from '@keyside/protocol'
import { describeError, KeysideError, type Logger } from '@keyside/runtime'
import type { Device } from '../device/device.ts'
import { type Card, findCard, setCard } from '../store/cards.ts'
import { SENDING } from '../texts/card.ts'
import { type CardDeps, reopenCard, showOnCard } from './card.ts'

interface DeviceLine {
  readonly device: Pick<Device, 'answerOrder' | 'ask'>
  /** False when the device is known to be offline. */
  readonly reachable: () => boolean
}

export interface ApprovalDeps extends CardDeps {
  readonly log: Logger
  /** Null for a device that this bot serves no more. */
  readonly linkTo: (device: string) => DeviceLine | null
  /** Runs on by itself; its failure is logged. */
  readonly inBackground: (work: Promise<void>) => void
}

/** Asks the device about a smaller order; the card has been taken. `value`: what it may cost at most, quote. */
export function sendLess(deps: ApprovalDeps, card: Card, value: Decimal): void {
  const { store, wake, inBackground } = deps
  if (!isReachable(deps, card)) {
    reopenCard(deps, card.order, 'unreachable')
    return
  }
  setCard(store, card.order, 'pressed', 'reducing')
  showOnCard(store, card, SENDING.less)
  wake()
  inBackground(sendAnswer(deps, card, { answer: 'less', value }))
}

export function isReachable({ linkTo }: ApprovalDeps, { device }: Card): boolean {
  return linkTo(device)?.reachable() === true
}

/** `code` is in the signed answer and nowhere else. */
export async function sendAnswer(
  deps: ApprovalDeps,
  { order, device, needed, owner }: Card,
  said: Pick<Approval, 'answer' | 'code' | 'value'>,
): Promise<void> {
  try {
    const line = deps.linkTo(device)
    if (line === null) throw new KeysideError('broker_unreachable', 'the device is known no more')
    await line.device.answerOrder({ order: needed.order.id, ...said }, owner.user, needed.expires)
  } catch (error) {
    // After any other failure the answer may have been sent: the card then says that it is unconfirmed.
    if (!(error instanceof KeysideError && error.code === 'broker_unreachable')) throw error
    answerNotSent(deps, order, error)
    return
  }
  // The device's report may have come before its PUBACK: then the card is closed already.
  const now = findCard(deps.store, order)
  if (now?.state === 'pressed') setCard(deps.store, order, 'answered', now.note)
}

export function answerNotSent(deps: ApprovalDeps, order: string, error: Error): void {
  deps.log.warn(
    { code: 'approval_not_sent', order, err: describeError(error) },
    'an answer was not sent',
  )
  reopenCard(deps, order, 'unreachable')
}
