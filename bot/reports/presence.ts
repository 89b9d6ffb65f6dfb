// Reports once that the device went offline, and once that it is back.
import type { DeviceRow } from '../store/device.ts'
import { putMessage } from '../store/messages.ts'
import type { Store } from '../store/open.ts'
import { findOwner } from '../store/owner.ts'
import { offlineText, onlineText } from '../texts/events.ts'

/** `now` in Unix ms. */
export function notifyPresence(
  store: Store,
  device: string,
  known: DeviceRow,
  state: 'online' | 'offline',
  now: number,
): void {
  const owner = findOwner(store)
  if (owner === null || known.presence === state) return
  if (known.presence === 'unknown' && state === 'online') return
  const text = state === 'offline' ? offlineText(known.heard, now) : onlineText(now)
  putMessage(store, { chat: owner.chat, device, content: { html: text.text } }, now)
}
