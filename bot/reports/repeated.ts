// Repeated refusals share one message with a count.

import { withMenu } from '../buttons/question.ts'
import { look } from '../commands/look-button.ts'
import type { NoticeKind } from '../settings/notice-kinds.ts'
import {
  type Content,
  editMessage,
  type NotificationContext,
  notifyOwner,
} from '../store/messages.ts'
import type { Repeats } from '../texts/events.ts'
import type { Html } from '../texts/html.ts'

/** Deduplication window, ms. */
const WINDOW_MS = 600_000

interface Repeated {
  /** Identifies repeats. */
  readonly key: string
  /** When it happened, Unix ms. */
  readonly at: number
  readonly isQuiet: boolean
  readonly kind: NoticeKind
  /** The id here of the message that it is shown to answer. */
  readonly answers?: number | undefined
  /** The signal that the button "Why?" explains: the newest of the counted ones. */
  readonly signal?: string | undefined
}

export function notifyRepeated(
  context: NotificationContext,
  repeated: Repeated,
  write: (repeats: Repeats) => Html,
): number {
  const { signal } = repeated
  if (signal === undefined) return tell(context, repeated, write)
  const why = look('Why no trade?', context.device, { do: 'explain', signal })
  return withMenu(context, [[why]], (buttons) => tell(context, repeated, write, buttons))
}

function tell(
  context: NotificationContext,
  { key: what, at, isQuiet, kind, answers }: Repeated,
  write: (repeats: Repeats) => Html,
  buttons?: Content['buttons'],
): number {
  const { store, device, now } = context
  const key = `${device}/${what}`
  const row = store.prepare('SELECT * FROM repeated_message WHERE key = ?').get(key)
  if (row !== undefined && now - Number(row['since']) < WINDOW_MS) {
    const count = Number(row['count']) + 1
    store.prepare('UPDATE repeated_message SET count = ? WHERE key = ?').run(count, key)
    const html = write({ count, last: at, now }).text
    editMessage(store, Number(row['message']), { html, ...(buttons && { buttons }) })
    return Number(row['message'])
  }
  const content = {
    html: write({ count: 1, last: at, now }).text,
    ...(isQuiet && { quiet: true }),
    ...(buttons && { buttons }),
  }
  const message = notifyOwner(context, content, { kind, ...(answers !== undefined && { answers }) })
  store
    .prepare('INSERT OR REPLACE INTO repeated_message VALUES (?, ?, 1, ?)')
    .run(key, message, now)
  return message
}
