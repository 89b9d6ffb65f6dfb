// From a report to the messages that the owner sees.
import type { Report, ReportEvent } from '@keyside/protocol'
import { showCard } from '../approvals/show.ts'
import { putMessage } from '../store/messages.ts'
import { noticeText, refusalText, stateText } from '../texts/events.ts'
import { tellRepeated } from './flood.ts'
import { tellNotTaken } from './not-taken.ts'
import { tellOrder } from './order-steps.ts'
import type { Telling } from './telling.ts'

type Tellers = {
  readonly [Type in ReportEvent['type']]: (
    telling: Telling,
    event: Extract<ReportEvent, { type: Type }>,
    at: number,
  ) => void
}

const TELLERS: Tellers = {
  approval: ({ store, chance, owner, now }, event) => showCard(store, chance, event, owner, now),
  order: tellOrder,
  refusal: (telling, event, at) => {
    if (event.order !== undefined) return tellNotTaken(telling, event, event.order)
    const key = ['refusal', event.code, event.stream, event.market, event.kind].join(':')
    tellRepeated(telling, key, at, (repeats) => refusalText(event, repeats))
  },
  notice: (telling, event, at) => {
    tellRepeated(telling, `notice:${event.code}`, at, (repeats) => noticeText(event, repeats))
  },
  state: ({ store, owner, now }, event) => {
    putMessage(store, { chat: owner.chat, content: { html: stateText(event).text } }, now)
  },
  // The question that waits for it has it already.
  answer: () => undefined,
}

/** Writes to the store only, inside the caller's transaction. */
export function tell(telling: Telling, { event, at }: Report): void {
  const teller = TELLERS[event.type] as (telling: Telling, event: ReportEvent, at: number) => void
  teller(telling, event, at * 1000)
}
