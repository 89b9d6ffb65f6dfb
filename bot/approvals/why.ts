// "Why?": the values behind an order, its stream's record, and what the policy has checked. The card stays open.
import type { Answer, Instruction } from '@keyside/protocol'
import type { Card } from '../store/cards.ts'
import { readDevice } from '../store/device.ts'
import { putMessage } from '../store/messages.ts'
import { silentText } from '../texts/events.ts'
import { type Html, html } from '../texts/html.ts'
import { reasonText } from '../texts/reason.ts'
import { whyText } from '../texts/why.ts'
import type { ApprovalDeps } from './send.ts'

export async function tellWhy(deps: ApprovalDeps, card: Card): Promise<void> {
  const { store, clock, wake } = deps
  const { device, owner, message } = card
  const [why, record] = await Promise.all([
    ask(deps, card, { do: 'why', order: card.needed.order.id }),
    ask(deps, card, { do: 'results', by: 'period', stream: card.needed.order.stream }),
  ])
  if (why === 'stopped') return
  const text =
    why === 'silent'
      ? silentText(readDevice(store, device).heard, clock.now())
      : tell(card, why, record)
  const draft = { chat: owner.chat, device, content: { html: text.text }, answers: message }
  putMessage(store, { ...draft, isAnswer: true }, clock.now())
  wake()
}

function tell({ needed }: Card, why: Answer, record: Answer | 'silent' | 'stopped'): Html {
  if (why.about === 'refused') return html`❓ ${reasonText(why.code, why.message)}`
  if (why.about !== 'why') throw new Error(`"why" was answered with ${why.about}`)
  const results = typeof record === 'object' && record.about === 'results' ? record.rows : null
  return whyText(needed, why, results)
}

async function ask(
  { linkTo }: ApprovalDeps,
  { device, owner }: Card,
  instruction: Instruction,
): Promise<Answer | 'silent' | 'stopped'> {
  const line = linkTo(device)
  if (line === null) return 'silent'
  const reply = await line.device.ask(instruction, owner.user)
  return reply.outcome === 'answered' ? reply.answer : reply.outcome
}
