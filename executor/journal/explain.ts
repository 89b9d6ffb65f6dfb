// "Why no trade?": the way of one signal in a trader's words, and where it ended. The terminal and the chat say the same.
import type { DatabaseSync } from 'node:sqlite'
import type { Answer } from '@keyside/protocol'
import { sentenceOf } from '../core/model/codes.ts'
import { type FactOf, type JournalEvent, orderOf } from '../core/model/events.ts'
import type { Step } from '../core/model/order-events.ts'
import type { Row } from './chain.ts'
import { eventText } from './event-text.ts'
import { toEvent } from './journal.ts'

export type Explained = Extract<Answer, { about: 'explain' }>
type Line = Explained['rows'][number]
type End = Explained['end']

/** What a report has room for. */
const MAX_ROWS = 30
const MAX_TEXT = 300

/** `all`: what the journal has of the signal and of orders that bear its name, in their order. Null where there is none of it. */
export function explain(signal: string, all: readonly JournalEvent[]): Explained | null {
  const events = ownOnly(all)
  const rows = events.flatMap(lineOf)
  if (rows.length === 0) return null
  const ordered = events.find((event): event is FactOf<'ordered'> => event.type === 'ordered')
  const received = events.find((event): event is FactOf<'signal'> => event.type === 'signal')
  const stream = ordered?.order.stream ?? received?.stream
  // Of many steps the first and the last are kept: how it began and how it ended.
  const shown =
    rows.length <= MAX_ROWS ? rows : [...rows.slice(0, 10), ...rows.slice(10 - MAX_ROWS)]
  return {
    about: 'explain',
    signal,
    ...(stream !== undefined && { stream }),
    ...(ordered && { market: ordered.order.intent.market }),
    rows: shown,
    end: endOf(events),
  }
}

/** What is sold and protected later bears the name of the entry's signal, and is no part of it. */
function ownOnly(all: readonly JournalEvent[]): readonly JournalEvent[] {
  const ordered = all.filter((event): event is FactOf<'ordered'> => event.type === 'ordered')
  const isEntry = ordered.some(({ order }) => order.kind === 'entry')
  const own = ordered.filter(({ order }) => order.kind === (isEntry ? 'entry' : 'exit'))
  const ids = new Set(own.map(({ order }) => order.clientOrderId))
  return all.filter((event) => {
    const id = orderOf(event)
    return id === null ? event.type === 'signal' || event.type === 'refused' : ids.has(id)
  })
}

function lineOf(event: JournalEvent): Line[] {
  const stage = stageOf(event)
  if (stage === null) return []
  const told = event.type === 'signal' ? receivedText(event) : eventText(event)
  // Why it ended is said at the end.
  const text = stage === 'ended' ? (told.split('; ')[0] ?? told) : told
  const said = text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
  return [{ at: event.at / 1000, stage, text: clipped(said) }]
}

/** A signal is written down once its signature, its number and its time are found right. */
function receivedText({ at, seq, iat, kid, kind }: FactOf<'signal'>): string {
  const late = Math.max(0, Math.round((at - iat * 1000) / 100) / 10)
  return `signal ${seq}, ${kind}: ${late} s after it was signed; its signature is of the key ${kid.slice(0, 8)}, and it is the next in its stream`
}

function clipped(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…`
}

function stageOf(event: JournalEvent): Line['stage'] | null {
  switch (event.type) {
    case 'signal':
      return 'received'
    case 'refused':
    case 'ordered':
    case 'mapped':
    case 'planned':
      return 'judged'
    case 'card':
      return 'asked'
    case 'code':
      return 'answered'
    case 'cancel_asked':
      return 'ended'
    case 'fill':
      return 'filled'
    case 'step':
      return STAGES[event.event]
    default:
      return null
  }
}

const STAGES: { readonly [Name in Step['event']]: Line['stage'] } = {
  prompt: 'asked',
  reduce: 'answered',
  keep: 'answered',
  approve: 'answered',
  decline: 'ended',
  expire: 'ended',
  deny: 'ended',
  cancel_stop: 'judged',
  initialize: 'judged',
  submit: 'ordered',
  accept: 'ordered',
  reject: 'ended',
  mark_unknown: 'ordered',
  not_found: 'ended',
  fill: 'filled',
  await_fills: 'ordered',
  complete: 'filled',
  cancel: 'ended',
}

function endOf(events: readonly JournalEvent[]): End {
  const steps = events.filter((event): event is FactOf<'step'> => event.type === 'step')
  const last = steps.at(-1)
  const refused = events.find((event): event is FactOf<'refused'> => event.type === 'refused')
  if (last !== undefined) return endOfOrder(last, events)
  if (refused !== undefined)
    return { is: 'refused', ...coded(refused.code), text: asked(refused.message, refused.code) }
  return { is: 'works', text: 'it is being judged at this moment: ask again' }
}

function endOfOrder({ event, code, message = '' }: Step, events: readonly JournalEvent[]): End {
  const filled = events.some(({ type }) => type === 'fill')
  switch (event) {
    case 'complete':
      return { is: 'filled', text: 'the order is filled' }
    case 'cancel':
      return filled
        ? { is: 'filled', text: 'a part of it was filled, and the rest taken back' }
        : { is: 'ended', ...coded(code), text: asked(message, code) || NOTHING_FILLED }
    case 'prompt':
    case 'keep':
      return { is: 'waits', text: 'for your word: /waiting in the chat shows what' }
    case 'decline':
      return { is: 'ended', text: 'you declined it, and nothing was sent' }
    case 'expire':
      return {
        is: 'ended',
        ...coded(code),
        text: 'nobody answered in time, and nothing was sent: a longer approval_timeout in the policy gives you more of it, as long as the signal itself lives',
      }
    case 'deny':
    case 'reject':
    case 'not_found':
      return { is: 'ended', ...coded(code), text: asked(message, code) }
    default:
      return { is: 'works', ...coded(code), text: asked(message, code) || AT_EXCHANGE }
  }
}

const NOTHING_FILLED =
  'nothing was filled within the price that it was allowed, and it was taken back'
const AT_EXCHANGE = 'it is under way to the exchange, or waits there: /orders shows it'

function coded(code: string | undefined) {
  return code === undefined ? {} : { code }
}

/** The event's own message, with what to do added where the message does not say it. */
function asked(message: string, code: string | undefined): string {
  if (code === undefined) return message
  const sentence = sentenceOf(code)
  const said = sentence === code || message.includes(sentence) ? message : `${message}; ${sentence}`
  return said.replace(/^; /, '').slice(0, 500)
}

/** So many of the newest events are looked through: a search through more would hold up trading. */
const LOOKED_AT = 20_000

/** In the journal of a running executor; the newest signal without a name. Null where there is none of it. */
export function explainIn(db: DatabaseSync, wanted: string | undefined): Explained | null {
  const { last } = db.prepare('SELECT max(seq) AS last FROM events').get() as {
    last: number | null
  }
  const since = (last ?? 0) - LOOKED_AT
  const signal = wanted ?? newestSignal(db, since)
  if (signal === null) return null
  const rows = db
    .prepare(
      `SELECT * FROM events WHERE seq > ?1 AND (
         (type IN ('signal', 'refused') AND body ->> 'jti' = ?2)
         OR order_id IN (
           SELECT order_id FROM events WHERE seq > ?1 AND type = 'ordered'
             AND body ->> '$.order.signal' = ?2))
       ORDER BY seq`,
    )
    .all(since, signal) as unknown as readonly Row[]
  return explain(signal, rows.map(toEvent))
}

function newestSignal(db: DatabaseSync, since: number): string | null {
  const row = db
    .prepare(
      `SELECT body ->> 'jti' AS jti FROM events WHERE seq > ? AND type IN ('signal', 'refused')
         AND body ->> 'jti' IS NOT NULL ORDER BY seq DESC LIMIT 1`,
    )
    .get(since)
  return row === undefined ? null : String(row['jti'])
}
