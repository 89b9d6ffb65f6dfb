// What must hold at the end of a day in the chat, whatever Telegram did.
import type { Store } from '../../bot/store/open.ts'
import type { Day } from './day.ts'

/** Sentences of what is wrong; empty where all is well. */
export function judge(day: Day): readonly string[] {
  return [...everyOnce(day), ...inOrder(day), ...undelayed(day)]
}

/** The faults changed no order: orders without approval were sent at the same times as on a day without faults. */
export function* sameOrders(calm: Day, stormy: Day): Iterable<string> {
  for (const [at, order] of calm.direct.entries()) {
    const other = stormy.direct[at]
    if (order.order !== other?.order || order.at !== other.at)
      yield `${order.order} at ${order.at} became ${other?.order} at ${other?.at}`
  }
  if (calm.direct.length !== stormy.direct.length) yield 'there are more orders'
}

interface Row {
  readonly id: number
  readonly html: string
  readonly isNewest: boolean
  readonly telegram: number | null
  readonly answers: number | null
}

function rowsOf(store: Store): readonly Row[] {
  return store
    .prepare('SELECT id, content, version, sent, telegram, answers FROM message ORDER BY id')
    .all()
    .map((row) => ({
      id: Number(row['id']),
      html: String((JSON.parse(String(row['content'])) as { html: string }).html),
      isNewest: row['version'] === row['sent'],
      telegram: row['telegram'] === null ? null : Number(row['telegram']),
      answers: row['answers'] === null ? null : Number(row['answers']),
    }))
}

/** Messages in the chat that no message of the store stands for: told twice. */
export function duplicates({ store, server }: Day): number {
  const known = new Set(rowsOf(store).map(({ telegram }) => telegram))
  return shown(server).filter(({ message_id }) => !known.has(message_id)).length
}

function shown(server: Day['server']) {
  return server.owner
    .messages()
    .filter(({ from, text }) => from?.id === server.state.bot.id && text !== undefined)
}

function* everyOnce(day: Day): Iterable<string> {
  const rows = rowsOf(day.store)
  const inChat = new Map(shown(day.server).map((message) => [message.message_id, message]))
  const twice = duplicates(day)
  if (twice > 0) yield `${twice} messages are there twice`
  const numbers = rows.flatMap(({ telegram }) => telegram ?? [])
  if (new Set(numbers).size !== numbers.length) yield 'two messages share a number'
  for (const { id, html, isNewest, telegram } of rows) {
    const message = inChat.get(telegram ?? -1)
    if (message === undefined) yield `message ${id} was never sent: ${plain(html)}`
    else if (!isNewest || message.text !== plain(html))
      yield `message ${id} shows ${message.text} instead of ${plain(html)}`
  }
}

function plain(html: string): string {
  return html
    .replace(/<[^>]+>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
}

/** Each sale answers its trade, and stands below it. */
function* inOrder(day: Day): Iterable<string> {
  const rows = new Map(rowsOf(day.store).map((row) => [row.id, row]))
  const inChat = new Map(shown(day.server).map((message) => [message.message_id, message]))
  for (const { answers, telegram, html } of rows.values()) {
    if (answers === null || telegram === null) continue
    const trade = rows.get(answers)?.telegram ?? Number.NaN
    const answered = inChat.get(telegram)?.reply_to_message?.message_id
    if (answered !== trade) yield `${plain(html)} answers ${answered} instead of ${trade}`
    if (!(trade < telegram)) yield `${plain(html)} stands above its trade`
  }
}

function* undelayed({ approved }: Day): Iterable<string> {
  for (const { order, at, heard } of approved)
    if (at !== heard) yield `the approval of ${order} left ${at - heard} ms after the press came`
}
