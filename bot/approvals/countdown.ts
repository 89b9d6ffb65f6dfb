// Updates open cards as time passes: the time left, expiry, and answers that the device has not confirmed.
import { seconds } from '@keyside/protocol'
import { APPROVAL_LIFE } from '../device/device.ts'
import { type Card, type Outcome, openCards, setCard } from '../store/cards.ts'
import { editMessage } from '../store/messages.ts'
import { timeUp, unconfirmed } from '../texts/card.ts'
import { type ApprovalDeps, reopenCard } from './answer.ts'
import { plainCard, refresh } from './show.ts'

/** How long the device has to confirm an answer, seconds. */
const ECHO_TIMEOUT_SECONDS = 5
/** How long after an order's end its outcome may be on the way, seconds. */
const GRACE_SECONDS = 20
/** An unconfirmed answer is expired after this long, even by a slow clock, seconds. */
const DEAD_SECONDS = APPROVAL_LIFE + 10

/** After a restart: an answer that was being sent may be lost, so the trader is asked again. */
export function resumeCards(deps: ApprovalDeps): void {
  for (const { order, state } of openCards(deps.store))
    if (state === 'pressed') reopenCard(deps, order, 'interrupted')
}

/** Call once a second. */
export function tickCards(deps: ApprovalDeps): void {
  for (const card of openCards(deps.store))
    if (card.state === 'waiting') tickWaiting(deps, card)
    else tickAnswered(deps, card)
  deps.wake()
}

function tickWaiting({ store, clock }: ApprovalDeps, card: Card): void {
  if (seconds(clock.now()) < card.needed.expires) refresh(store, card.order, clock.now())
  else close({ store }, card, 'time_up', timeUp)
}

function tickAnswered(deps: ApprovalDeps, card: Card): void {
  const now = seconds(deps.clock.now())
  const { order, needed, message, pressed } = card
  if (now >= needed.expires + GRACE_SECONDS) close(deps, card, 'unconfirmed', unconfirmed)
  else if (now < needed.expires && now >= pressed + DEAD_SECONDS) reopenCard(deps, order, 'unheard')
  else if (now >= pressed + ECHO_TIMEOUT_SECONDS)
    editMessage(deps.store, message, plainCard(needed, unconfirmed))
}

function close(
  { store }: Pick<ApprovalDeps, 'store'>,
  { order, needed, message }: Card,
  became: Outcome,
  text: typeof timeUp,
): void {
  setCard(store, order, 'closed', became)
  editMessage(store, message, plainCard(needed, text))
}
