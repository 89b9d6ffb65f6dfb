// The wanted state of each message in Telegram. The outbox makes Telegram agree with it, however long it takes.
import type { RandomBytes } from '@keyside/runtime'
import type { ChartInput } from '../charts/input.ts'
import type { NoticeKind } from './notice-kind.ts'
import type { Store } from './open.ts'
import type { Owner } from './owner.ts'

export interface Button {
  readonly text: string
  readonly data: string
  /** Telegram's colour for the button; its text alone says what it does. */
  readonly style?: 'success' | 'danger' | 'primary'
}

export interface Content {
  /** Telegram's HTML. */
  readonly html: string
  /** Drawn when sent. An edit leaves the picture as it is. */
  readonly chart?: ChartInput
  /** Row by row. */
  readonly buttons?: readonly (readonly Button[])[]
  /** Stays pinned for as long as its content says so. */
  readonly pin?: true
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
  /** Null for what answers the trader, and is sent whatever was chosen. */
  readonly kind: NoticeKind | null
  readonly content: Content
  readonly version: number
  /** Telegram's number for it; null before it was sent. */
  readonly telegram: number | null
  readonly form: 'text' | 'photo' | null
  readonly pinned: boolean
  /** Telegram's number of the message that this one answers; null for none, and while that one is not sent. */
  readonly answers: number | null
  /** The highest number known before it was sent without an answer from Telegram; null when that never happened. */
  readonly attempt: number | null
  /** `jti` of the signal whose fill this message reports, until it is sent. */
  readonly trace: string | null
}

export interface Draft {
  /** A message with the same key is edited instead. */
  readonly key?: string
  readonly chat: number
  /** The device that it is about; left out where the bot speaks of itself. */
  readonly device?: string
  /** Of a notice, which nobody has asked for. */
  readonly kind?: NoticeKind
  readonly content: Content
  readonly trace?: string
  /** The id here of the message that it is shown to answer. */
  readonly answers?: number
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
  const { key = null, chat, device = null, kind = null, content } = draft
  const { trace = null, answers = null } = draft
  const result = store
    .prepare(
      'INSERT INTO message (key, chat, device, kind, content, version, sent, position, at, trace, answers) VALUES (?, ?, ?, ?, ?, 1, 0, ?, ?, ?, ?)',
    )
    .run(
      key,
      chat,
      device,
      kind,
      JSON.stringify(content),
      draft.isAnswer ? 0 : nextPosition(store),
      now,
      trace,
      answers,
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

/** About the device, unasked: whether it rings, or comes at all, the trader has chosen for its kind. Returns the message's id here. */
export function notifyOwner(
  { store, owner, device, now }: Omit<NotificationContext, 'randomBytes'>,
  content: Content,
  more: Pick<Draft, 'key' | 'trace' | 'answers'> & { readonly kind: NoticeKind },
): number {
  return putMessage(store, { chat: owner.chat, device, content, ...more }, now)
}

export function findByKey(store: Store, key: string): number | null {
  const row = store.prepare('SELECT id FROM message WHERE key = ?').get(key)
  return row ? Number(row['id']) : null
}

/** The next message with its key is a new one. */
export function dropKey(store: Store, id: number): void {
  store.prepare('UPDATE message SET key = NULL WHERE id = ?').run(id)
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
      `SELECT message.*, answered.telegram AS answered FROM message
       LEFT JOIN message AS answered ON answered.id = message.answers
       LEFT JOIN card ON card.message = message.id AND card.state = 'waiting'
       WHERE message.version > message.sent
       ORDER BY message.telegram IS NULL AND (card.order_id IS NOT NULL OR coalesce(message.key, '') LIKE 'code:%' OR coalesce(message.key, '') LIKE 'less:%') DESC,
         message.position, message.id
       LIMIT 1`,
    )
    .get()
  if (row === undefined) return null
  const form = row['form']
  return {
    id: Number(row['id']),
    chat: Number(row['chat']),
    device: row['device'] === null ? null : String(row['device']),
    kind: row['kind'] === null ? null : (String(row['kind']) as NoticeKind),
    content: JSON.parse(String(row['content'])) as Content,
    version: Number(row['version']),
    telegram: row['telegram'] === null ? null : Number(row['telegram']),
    form: form === 'text' || form === 'photo' ? form : null,
    pinned: row['pinned'] === 1,
    answers: row['answered'] === null ? null : Number(row['answered']),
    attempt: row['attempt'] === null ? null : Number(row['attempt']),
    trace: row['trace'] === null ? null : String(row['trace']),
  }
}

/** As Telegram has it now. */
export type Shown = Pick<Message, 'telegram' | 'form' | 'pinned'>

export function markSent(store: Store, { id, version }: Message, shown: Shown): void {
  store
    .prepare(
      `UPDATE message SET sent = ?1, telegram = ?2, form = ?3, pinned = ?4,
         trace = CASE WHEN version = ?1 THEN NULL ELSE trace END
       WHERE id = ?5`,
    )
    .run(version, shown.telegram, shown.form, shown.pinned ? 1 : 0, id)
}

export function markPinned(store: Store, { id }: Pick<Message, 'id'>): void {
  store.prepare('UPDATE message SET pinned = 1 WHERE id = ?').run(id)
}

/** It was deleted in the chat: a message that can be answered, or that rings, is sent again; any other is not. */
export function markGone(store: Store, { id, version, content }: Message): void {
  store
    .prepare(
      `UPDATE message SET telegram = NULL, form = NULL, pinned = 0, attempt = NULL,
         sent = CASE WHEN version = ?1 THEN ?2 ELSE 0 END
       WHERE id = ?3`,
    )
    .run(version, content.buttons === undefined && content.quiet === true ? version : 0, id)
}

/** Called before it is sent, so that it can be found out later whether Telegram took it. Earlier attempts were not found. */
export function markAttempt(store: Store, { id, chat }: Message): void {
  store
    .prepare(
      `UPDATE message SET attempt = (SELECT max(telegram) FROM message WHERE chat = ?1) WHERE id = ?2`,
    )
    .run(chat, id)
}

/** Telegram has said that it did not take it. */
export function forgetAttempt(store: Store, { id }: Message): void {
  store.prepare('UPDATE message SET attempt = NULL WHERE id = ?').run(id)
}

export function isNumberKnown(store: Store, chat: number, telegram: number): boolean {
  const find = 'SELECT 1 FROM message WHERE chat = ? AND telegram = ?'
  return store.prepare(find).get(chat, telegram) !== undefined
}

function nextPosition(store: Store): number {
  return Number(
    store.prepare('SELECT coalesce(max(position), 0) + 1 AS position FROM message').get()?.[
      'position'
    ],
  )
}
