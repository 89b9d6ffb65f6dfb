// Reports while the bot has no owner: kept are those that still matter when it is claimed.
import type { Report } from '@keyside/protocol'
import { showCard } from '../approvals/card.ts'
import { cardId } from '../store/cards.ts'
import { type NotificationContext, notifyOwner } from '../store/messages.ts'
import type { Store } from '../store/open.ts'
import { stateText } from '../texts/events.ts'

type Kept = Pick<Report, 'seq' | 'event'>

const stateKey = (device: string) => `state:${device}`

/** Keeps open approval requests until their orders go on, and the trading state unless it is `running`. */
export function keepForOwner(store: Store, device: string, { seq, event }: Kept): void {
  const kept = { device, report: { seq, event } }
  if (event.type === 'approval') keep(store, keyOf(device, event.order.id), kept)
  if (event.type === 'order') forget(store, keyOf(device, event.order.id))
  if (event.type !== 'state') return
  if (event.state === 'running') forget(store, stateKey(device))
  else keep(store, stateKey(device), kept)
}

/** In their order. A question whose time is over is none any more. */
export function notifyKept(bot: Omit<NotificationContext, 'device'>): void {
  const { store } = bot
  for (const row of store.prepare('SELECT * FROM kept_report ORDER BY device, seq').all()) {
    const { report } = row
    const device = String(row['device'])
    const { event } = JSON.parse(String(report)) as Kept
    if (event.type === 'approval') showCard({ ...bot, device }, event)
    if (event.type !== 'state') continue
    notifyOwner({ ...bot, device }, { html: stateText(event).text }, { kind: 'trading' })
  }
  store.exec('DELETE FROM kept_report')
}

const keyOf = (device: string, order: string) => `order:${cardId(device, order)}`

function keep(
  store: Store,
  key: string,
  { device, report }: { device: string; report: Kept },
): void {
  store
    .prepare('INSERT OR REPLACE INTO kept_report VALUES (?, ?, ?, ?)')
    .run(key, device, report.seq, JSON.stringify(report))
}

function forget(store: Store, key: string): void {
  store.prepare('DELETE FROM kept_report WHERE key = ?').run(key)
}
