// Reports while the bot has no owner: kept are those that still matter when it is claimed.
import type { Report } from '@keyside/protocol'
import { showCard } from '../approvals/show.ts'
import { putMessage } from '../store/messages.ts'
import type { Store } from '../store/open.ts'
import { stateText } from '../texts/events.ts'
import type { NotificationContext } from './notification-context.ts'

type Kept = Pick<Report, 'seq' | 'event'>

const STATE = 'state'

/** A question is kept until its order goes on without an answer, and the state of trading unless it runs. */
export function keepForOwner(store: Store, { seq, event }: Kept): void {
  if (event.type === 'approval') keep(store, keyOf(event.order.id), { seq, event })
  if (event.type === 'order') forget(store, keyOf(event.order.id))
  if (event.type !== 'state') return
  if (event.state === 'running') forget(store, STATE)
  else keep(store, STATE, { seq, event })
}

/** In their order. A question whose time is over is none any more. */
export function notifyKept({ store, randomBytes, owner, now }: NotificationContext): void {
  for (const { report } of store.prepare('SELECT report FROM kept_report ORDER BY seq').all()) {
    const { event } = JSON.parse(String(report)) as Kept
    if (event.type === 'approval') showCard(store, randomBytes, event, owner, now)
    if (event.type === 'state')
      putMessage(store, { chat: owner.chat, content: { html: stateText(event).text } }, now)
  }
  store.exec('DELETE FROM kept_report')
}

const keyOf = (order: string) => `order:${order}`

function keep(store: Store, key: string, report: Kept): void {
  store
    .prepare('INSERT OR REPLACE INTO kept_report VALUES (?, ?, ?)')
    .run(key, report.seq, JSON.stringify(report))
}

function forget(store: Store, key: string): void {
  store.prepare('DELETE FROM kept_report WHERE key = ?').run(key)
}
