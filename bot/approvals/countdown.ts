// Moves open cards along with time: the time left, the end of it, and an answer that nobody confirmed.
import { type Card, openCards, setCard } from '../store/cards.ts'
import { editMessage } from '../store/messages.ts'
import { timeUp, unconfirmed } from '../texts/card.ts'
import { type ApprovalDeps, waitAgain } from './answer.ts'
import { plainCard } from './render.ts'
import { refresh } from './show.ts'

/** How long after an order's end its outcome may be on the way, seconds. */
const GRACE_SECONDS = 20

/** After a restart: an answer that was being sent may be lost, so the trader is asked again. */
export function resumeCards(deps: ApprovalDeps): void {
  for (const { order, state } of openCards(deps.store))
    if (state === 'pressed') waitAgain(deps, order, 'interrupted')
}

/** Call once a second. */
export function tickCards(deps: ApprovalDeps): void {
  for (const card of openCards(deps.store)) tick(deps, card)
  deps.kick()
}

function tick({ store, clock }: ApprovalDeps, { order, state, needed, message }: Card): void {
  const now = clock.now()
  const over = now / 1000 - needed.expires
  if (state === 'waiting' && over < 0) refresh(store, order, now)
  if (state === 'waiting' && over >= 0) close(timeUp)
  if ((state === 'answered' || state === 'pressed') && over >= GRACE_SECONDS) close(unconfirmed)

  function close(text: typeof timeUp): void {
    setCard(store, order, 'closed', 'none')
    editMessage(store, message, plainCard(needed, text))
  }
}
