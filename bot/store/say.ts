// What the bot says to its owner by itself or in answer: a message that comes whatever is chosen for notices.
import type { Clock } from '@keyside/runtime'
import type { ChartInput } from '../charts/input.ts'
import { CAPTION_ROOM, type Html, html } from '../texts/html.ts'
import { type Content, putMessage } from './messages.ts'
import type { Store } from './open.ts'
import type { Owner } from './owner.ts'

interface SayDeps {
  readonly store: Store
  readonly clock: Clock
  /** Something to send was written. */
  readonly wake: () => void
}

/** With a `key` the message is sent once, however often this is called. A text that is too long for its picture goes before it. */
export function say(
  { store, clock, wake }: SayDeps,
  owner: Owner,
  { text }: Html,
  { key, device, chart }: { key?: string; device?: string; chart?: ChartInput } = {},
): undefined {
  const put = (content: Content) => {
    const about = { ...(key && { key }), ...(device && { device }) }
    putMessage(store, { chat: owner.chat, content, isAnswer: true, ...about }, clock.now())
  }
  if (chart === undefined || text.length > CAPTION_ROOM) put({ html: text })
  if (chart !== undefined)
    put({ html: text.length > CAPTION_ROOM ? html`${chart.title}`.text : text, chart })
  wake()
}
