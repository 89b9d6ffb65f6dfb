// Messages from a program to its parent. Read without a library: `keyside up` has none.

/** To the parent that has the system's keychain. */
export interface KeychainQuestion {
  readonly type: 'keychain'
  readonly id: number
  /** Of the secret; null for all names. */
  readonly name: string | null
}

export type Message =
  | { readonly type: 'ready'; readonly text: string }
  | { readonly type: 'claim'; readonly code: string; readonly bot: string }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  | KeychainQuestion

/** Null for what is none: nothing of it is looked at further. */
export function messageOf(raw: unknown): Message | null {
  if (typeof raw !== 'object' || raw === null) return null
  const { type, id, name, ...told } = raw as Readonly<Record<string, unknown>>
  const { text, code, bot, message } = told
  if (type === 'ready' && isText(text)) return { type, text }
  if (type === 'claim' && isText(code) && isText(bot)) return { type, code, bot }
  if (type === 'failed' && isText(code) && isText(message)) return { type, code, message }
  const isQuestion =
    type === 'keychain' && Number.isSafeInteger(id) && Object.keys(told).length === 0
  return isQuestion && (isText(name) || name === null) ? { type, id: id as number, name } : null
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
