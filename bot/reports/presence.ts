// One message for each time that a device is away: that it went offline, and then that it is back.
import { dropKey, editMessage, findByKey, putMessage } from '../store/messages.ts'
import type { Store } from '../store/open.ts'
import { findOwner } from '../store/owner.ts'
import { backText, offlineText } from '../texts/events.ts'

/** A restart takes less, ms. */
export const AWAY_MS = 20_000

const keyOf = (device: string) => `offline:${device}`

/** Tells once that the device is offline. `heard`: when its last message came. Both in Unix ms. */
export function notifyOffline(store: Store, device: string, heard: number, now: number): void {
  const owner = findOwner(store)
  const key = keyOf(device)
  if (owner === null || findByKey(store, key) !== null) return
  const about = { key, chat: owner.chat, device, kind: 'device' } as const
  putMessage(store, { ...about, content: { html: offlineText(heard, now).text } }, now)
}

export function notifyBack(store: Store, device: string, heard: number, now: number): void {
  const told = findByKey(store, keyOf(device))
  if (told === null) return
  editMessage(store, told, { html: backText(heard, now).text })
  dropKey(store, told)
}
