// `/waiting`: all that waits for the trader in one list, and one question for all of it that a tap may answer.
import { seconds } from '@keyside/protocol'
import type { ButtonAction } from '../buttons/press.ts'
import { askOwner, type Proposal, sayWithMenu } from '../buttons/question.ts'
import { type Card, findCard, openCards, takeCard } from '../store/cards.ts'
import type { Owner } from '../store/owner.ts'
import { say } from '../store/say.ts'
import { SENDING } from '../texts/card.ts'
import {
  allApprovedText,
  approveAllQuestion,
  NOTHING_WAITS,
  WAITING_BUTTONS,
  waitingText,
} from '../texts/waiting.ts'
import { showOnCard } from './card.ts'
import { type ApprovalDeps, isReachable, sendAnswer } from './send.ts'

export const ASK_FOR_ALL = 'ask_for_all'
export const APPROVE_ALL = 'approve_all'

export function tellWaiting(deps: ApprovalDeps, owner: Owner): undefined {
  const cards = waitingFor(deps, owner)
  if (cards.length === 0) return say(deps, owner, NOTHING_WAITS)
  const text = waitingText(cards, deps.clock.now())
  const label = WAITING_BUTTONS.askForAll
  const rows = [[{ label, action: ASK_FOR_ALL, data: null } satisfies Proposal]]
  return approvable(cards).length > 1
    ? sayWithMenu(deps, owner, { text, rows })
    : say(deps, owner, text)
}

/** The one that ends first is first. */
function waitingFor({ store, clock }: ApprovalDeps, { user, chat }: Owner): readonly Card[] {
  const now = seconds(clock.now())
  return openCards(store)
    .filter(({ state, owner, needed }) => {
      return (
        state === 'waiting' && owner.user === user && owner.chat === chat && needed.expires > now
      )
    })
    .toSorted((a, b) => a.needed.expires - b.needed.expires)
}

/** A tap alone never reaches an amount that needs a code. */
function approvable(cards: readonly Card[]): readonly Card[] {
  return cards.filter(({ needed }) => needed.code !== 'needed')
}

/** Asks about exactly the orders that wait now. */
export function askForAllAction(deps: ApprovalDeps): ButtonAction {
  return {
    toast: WAITING_BUTTONS.toast,
    run: async (_, owner) => {
      const all = waitingFor(deps, owner)
      const cards = approvable(all)
      if (cards.length === 0) say(deps, owner, NOTHING_WAITS)
      else
        askOwner(deps, owner, {
          text: approveAllQuestion(cards, all.length - cards.length),
          yes: {
            label: WAITING_BUTTONS.approveAll(cards.length),
            action: APPROVE_ALL,
            data: cards.map(({ order }) => order),
          },
        })
      return null
    },
  }
}

/** `orders`: those that were shown, each by the hash of its characters. What was answered or replaced since is left out. */
export function approveAllAction(deps: ApprovalDeps): ButtonAction<readonly string[]> {
  return {
    toast: WAITING_BUTTONS.sending,
    run: async (orders, owner) => {
      const sent = await Promise.all(orders.map((order) => approveShown(deps, order, owner)))
      return allApprovedText(sent.filter((one) => one === 'sent').length, orders.length)
    },
  }
}

async function approveShown(
  deps: ApprovalDeps,
  order: string,
  { user, chat }: Owner,
): Promise<'sent' | 'left out'> {
  const { store, clock, wake } = deps
  const card = findCard(store, order)
  const isTheirs = card?.owner.user === user && card.owner.chat === chat
  if (card === null || !isTheirs || card.needed.code === 'needed') return 'left out'
  if (!isReachable(deps, card) || !takeCard(store, order, seconds(clock.now()))) return 'left out'
  showOnCard(store, card, SENDING.approve)
  wake()
  await sendAnswer(deps, card, { answer: 'approve' })
  return 'sent'
}
