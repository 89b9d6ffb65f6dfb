// What to make of the rights that an exchange key has.
import { type KeyRights, type KeyWarning, keyWarnings } from '@keyside/executor'

export interface KeyCheck {
  /** Why this key must not be used; absent when it may. */
  readonly refusal?: {
    readonly code: 'key_can_withdraw' | 'key_cannot_trade'
    readonly message: string
  }
  /** What is unwise about it. */
  readonly warnings: readonly KeyWarning[]
  readonly rows: readonly (readonly [string, string])[]
}

const DAY_MS = 86_400_000

/** `now` in Unix ms. A right that the exchange does not report is shown as unknown, never as "no". */
export function checkKeyRights(rights: KeyRights, now: number): KeyCheck {
  const rows: (readonly [string, string])[] = [
    ['trade', word(rights.trade, 'yes', 'no: this key cannot place orders')],
    ['withdraw', word(rights.withdraw, 'YES: never give a bot such a key', 'no')],
    ['transfer', word(rights.transfer, 'YES: never give a bot such a key', 'no')],
    ['IP list', word(rights.ipList, 'yes', 'no')],
    ...borrowRow(rights),
    ['made', age(rights.created, now)],
    ['expires', expiry(rights.expires, now)],
  ]
  const refusal = refuse(rights)
  return { rows, warnings: keyWarnings(rights, now), ...(refusal && { refusal }) }
}

function borrowRow({ borrow }: KeyRights): (readonly [string, string])[] {
  const text = 'YES: set the account to spot trading without borrowing'
  return borrow === undefined ? [] : [['borrow', word(borrow, text, 'no')]]
}

function refuse({ withdraw, transfer, trade }: KeyRights): KeyCheck['refusal'] {
  if (withdraw === 'yes' || transfer === 'yes')
    return {
      code: 'key_can_withdraw',
      message:
        'this key may withdraw or transfer: make one that may only read and trade, and add that',
    }
  if (trade === 'no')
    return {
      code: 'key_cannot_trade',
      message: 'this key may not trade: allow spot trading at the exchange, then add it again',
    }
  return undefined
}

function word(answer: KeyRights['trade'], yes: string, no: string): string {
  if (answer === 'unknown') return 'cannot be checked: the exchange does not tell'
  return answer === 'yes' ? yes : no
}

function age(created: number | undefined, now: number): string {
  if (created === undefined) return 'cannot be checked: the exchange does not tell'
  return `${Math.floor((now - created) / DAY_MS)} days ago`
}

function expiry(expires: number | undefined, now: number): string {
  if (expires === undefined) return 'no end is known'
  return `in ${Math.floor((expires - now) / DAY_MS)} days`
}
