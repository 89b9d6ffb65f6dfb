// Messages as they are to look in Telegram. The outbox brings Telegram to this state, however long it takes.
import type { RandomBytes } from '@keyside/runtime'
import type { ChartInput } from '../charts/input.ts'
import type { Store } from './open.ts'
import type { Owner } from './owner.ts'

export interface Button {
  readonly text: string
  readonly data: string
}

export interface Content {
  /** Telegram's HTML. */
  readonly html: string
  /** Drawn when sent. An edit leaves the picture as it is. */
  readonly chart?: ChartInput
  /** Row by row. */
  readonly buttons?: readonly (readonly Button[])[]
  /** Opens a reply in the chat, with this placeholder. */
  readonly replyHint?: string
  /** Without a sound. */
  readonly quiet?: boolean
}

export interface Message {
  readonly id: number
  readonly chat: number
  /** What it is about; null where the bot speaks of itself. */
  readonly device: string | null
  readonly content: Content
  readonly version: number
  /** Telegram's number for it; null before it was sent. */
  readonly telegram: number | null
  readonly form: 'text' | 'photo' | null
  /** `jti` of the signal whose fill this message reports, until it is sent. */
  readonly trace: string | null
}

export interface Draft {
  /** A message with the same key is edited instead. */
  readonly key?: string
  readonly chat: number
  /** The device that it is about; left out where the bot speaks of itself. */
  readonly device?: string
  readonly content: Content
  readonly trace?: string
  /** An answer to the trader: sent before everything else, so that a halt is confirmed at once. */
  readonly isAnswer?: boolean
}

/** `now` in Unix ms. Returns the message's id here. */
export function putMessage(store: Store, draft: Draft, now: number): number {
  const known = draft.key === undefined ? null : findByKey(store, draft.key)
  if (known !== null) {
    editMessage(store, known, draft.content, draft.trace)
    return known
  }
  const { key = null, chat, device = null, content, trace = null } = draft
  const result = store
    .prepare(
      'INSERT INTO message (key, chat, device, content, version, sent, position, at, trace) VALUES (?, ?, ?, ?, 1, 0, ?, ?, ?)',
    )
    .run(
      key,
      chat,
      device,
      JSON.stringify(content),
      draft.isAnswer ? 0 : nextPosition(store),
      now,
      trace,
    )
  return Number(result.lastInsertRowid)
}

/** What a notification to the owner needs. */
export interface NotificationContext {
  readonly store: Store
  readonly randomBytes: RandomBytes
  readonly owner: Owner
  /** Whose reports they are: the bot's own name for it. */
  readonly device: string
  /** Unix ms. */
  readonly now: number
}

/** About the device. Returns the message's id here. */
export function notifyOwner(
  { store, owner, device, now }: Omit<NotificationContext, 'randomBytes'>,
  content: Content,
  more: Pick<Draft, 'key' | 'trace'> = {},
): number {
  return putMessage(store, { chat: owner.chat, device, content, ...more }, now)
}

export function findByKey(store: Store, key: string): number | null {
  const row = store.prepare('SELECT id FROM message WHERE key = ?').get(key)
  return row ? Number(row['id']) : null
}

/** Several edits before Telegram takes one become one. An unsent message keeps its place in the queue. */
export function editMessage(store: Store, id: number, content: Content, trace?: string): void {
  store
    .prepare(
      `UPDATE message SET content = ?1, version = version + 1, trace = coalesce(?4, trace),
         position = CASE WHEN sent = 0 OR version > sent THEN position ELSE ?2 END
       WHERE id = ?3 AND content <> ?1`,
    )
    .run(JSON.stringify(content), nextPosition(store), id, trace ?? null)
}

/** The next message to send: open approval cards and code prompts first, then the oldest. */
export function nextUnsent(store: Store): Message | null {
  const row = store
    .prepare(
      `SELECT message.* FROM message
       LEFT JOIN card ON card.message = message.id AND card.state = 'waiting'
       WHERE version > sent
       ORDER BY telegram IS NULL AND (card.order_id IS NOT NULL OR coalesce(key, '') LIKE 'code:%') DESC,
         position, message.id
       LIMIT 1`,
    )
    .get()
  if (row === undefined) return null
  const form = row['form']
  return {
    id: Number(row['id']),
    chat: Number(row['chat']),
    device: row['device'] === null ? null : String(row['device']),
    content: JSON.parse(String(row['content'])) as Content,
    version: Number(row['version']),
    telegram: row['telegram'] === null ? null : Number(row['telegram']),
    form: form === 'text' || form === 'photo' ? form : null,
    trace: row['trace'] === null ? null : String(row['trace']),
  }
}

export interface Shown {
  readonly telegram: number | null
  readonly form: 'text' | 'photo' | null
}

export function markSent(store: Store, { id, version }: Message, shown: Shown): void {
  store
    .prepare(
      `UPDATE message SET sent = ?1, telegram = ?2, form = ?3,
         trace = CASE WHEN version = ?1 THEN NULL ELSE trace END
       WHERE id = ?4`,
    )
    .run(version, shown.telegram, shown.form, id)
}

function nextPosition(store: Store): number {
  return Number(
    store.prepare('SELECT coalesce(max(position), 0) + 1 AS position FROM message').get()?.[
      'position'
    ],
  )
}
