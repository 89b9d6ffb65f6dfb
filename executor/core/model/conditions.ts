// What is wrong now with the device or around it: each is told when it begins and when it ends, once, over restarts too.
import type { ExecutorCode } from './codes.ts'
import type { KeyRights } from './exchange.ts'

/** Each with the code that tells its end. */
export const CONDITIONS = {
  exchange_down: { level: 'warning', over: 'exchange_back' },
  exchange_slow: { level: 'warning', over: 'exchange_quick' },
  exchange_limited: { level: 'warning', over: 'exchange_listens' },
  exchange_banned: { level: 'error', over: 'exchange_listens' },
  account_unseen: { level: 'warning', over: 'account_watched' },
  orders_unread: { level: 'warning', over: 'orders_read' },
  coins_borrowed: { level: 'error', over: 'coins_repaid' },
  clock_off: { level: 'warning', over: 'clock_right' },
  key_refused: { level: 'error', over: 'key_in_order' },
  key_without_ip_list: { level: 'warning', over: 'key_in_order' },
  key_unchecked: { level: 'warning', over: 'key_in_order' },
  key_ages: { level: 'info', over: 'key_in_order' },
  key_old: { level: 'warning', over: 'key_in_order' },
  key_expires: { level: 'warning', over: 'key_in_order' },
  limit_near: { level: 'warning', over: 'limit_free' },
  disk_low: { level: 'warning', over: 'disk_room' },
  market_unpriced: { level: 'error', over: 'market_priced' },
  price_unseen: { level: 'warning', over: 'price_seen' },
} as const satisfies Readonly<
  Record<string, { level: 'info' | 'warning' | 'error'; over: ExecutorCode }>
>

export type ConditionCode = keyof typeof CONDITIONS

export interface Condition {
  readonly code: ConditionCode
  /** Which of several, such as a limit or a market; empty where there is one alone. */
  readonly about: string
}

/** Since when each is so, Unix ms, by `conditionKey`. */
export type Conditions = Readonly<Record<string, Condition & { readonly since: number }>>

/** What the shell sees. */
export interface ConditionSeen {
  readonly condition: Condition
  readonly is: 'so' | 'not so'
  readonly detail?: string
  /** It is told in other words. */
  readonly told?: 'no'
}

interface ConditionChanged extends Condition {
  readonly type: 'condition'
  readonly is: 'begun' | 'over'
}

/** The exchange key may do something else than when it was looked at last, or is another. */
interface KeyRightsSeen {
  readonly type: 'key_rights'
  readonly rights: KeyRights
}

/** From where this device is seen, as its owner's own service or the exchange's refusal says. */
interface AddressSeen {
  readonly type: 'address_seen'
  readonly address: string
}

export type HealthEvent = ConditionChanged | KeyRightsSeen | AddressSeen

export function conditionKey({ code, about }: Condition): string {
  return `${code} ${about}`
}

/** What becomes another by the event. */
export function applyHealth(
  conditions: Conditions,
  event: HealthEvent & { readonly at: number },
): { conditions: Conditions } | { keyRights: KeyRights } | { address: string } {
  if (event.type === 'address_seen') return { address: event.address }
  if (event.type === 'key_rights') return { keyRights: event.rights }
  const { code, about, is, at } = event
  const key = conditionKey(event)
  const { [key]: _, ...others } = conditions
  return { conditions: is === 'over' ? others : { ...others, [key]: { code, about, since: at } } }
}
