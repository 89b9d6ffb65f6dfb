// From a report to the messages that the owner sees.
import type { Report, ReportEvent } from '@keyside/protocol'
import { showCard } from '../approvals/show.ts'
import { putMessage } from '../store/messages.ts'
import { isCalm, noticeText, refusalText, stateText } from '../texts/events.ts'
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
  approval: ({ store, randomBytes, owner, now }, event) =>
    showCard(store, randomBytes, event, owner, now),
  order: tellOrder,
  refusal: (telling, event, at) => {
    if (event.order !== undefined) return tellNotTaken(telling, event, event.order)
    if (isNoNews(event)) return
    const key = ['refusal', event.code, event.stream, event.market, event.kind].join(':')
    tellRepeated(telling, { key, at, isQuiet: isCalm(event) }, (repeats) =>
      refusalText(event, repeats),
    )
  },
  notice: (telling, event, at) => {
    if (TOLD_BY_ITS_ORDER.has(event.code)) return
    const key = `notice:${event.code}:${aboutWhat(event.message)}`
    const repeated = { key, at, isQuiet: event.level === 'info' }
    tellRepeated(telling, repeated, (repeats) => noticeText(event, repeats))
  },
  state: ({ store, owner, now }, { state, by }) => {
    if (TOLD_BY_ITS_CAUSE.has(by) || (state === 'running' && by === 'start')) return
    const content = { html: stateText({ type: 'state', state, by }).text }
    const isQuiet = by === 'start'
    putMessage(
      store,
      { chat: owner.chat, content: { ...content, ...(isQuiet && { quiet: true }) } },
      now,
    )
  },
  // The question that waits for it has it already.
  answer: () => undefined,
}

/** Numbers change from one time to the next; what else differs is another thing, and takes no other one's place. */
function aboutWhat(message: string): string {
  return message.replace(/\d[\d.,]*/g, '#')
}

/** The sale says why it is made, and the stop where it stands. */
const TOLD_BY_ITS_ORDER: ReadonlySet<string> = new Set([
  'position_leaving',
  'take_profit',
  'stop_raised',
])

/** A notice comes with the halt, and says that there is one. */
const TOLD_BY_ITS_CAUSE: ReadonlySet<string> = new Set([
  'loss.dd',
  'equivocation',
  'key_can_withdraw',
])

/** A strategy leaves what was never bought: nothing was to be sold, and nothing is wrong. */
function isNoNews({ kind, code }: Extract<ReportEvent, { type: 'refusal' }>): boolean {
  return kind === 'exit' && code === 'no_position'
}

/** Writes to the store only, inside the caller's transaction. */
export function tell(telling: Telling, { event, at }: Report): void {
  const teller = TELLERS[event.type] as (telling: Telling, event: ReportEvent, at: number) => void
  teller(telling, event, at * 1000)
}
