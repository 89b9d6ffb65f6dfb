// How numbers and times look to the owner. It is set once, where work begins (an update, a report, a timer, a message that is
// sent), and holds for everything that follows from it, across awaits too, so that each text uses it.
import { AsyncLocalStorage } from 'node:async_hooks'

/** The third with a space that does not break. */
export const NUMBER_FORMATS = ['1,234.56', '1.234,56', '1 234,56'] as const

export interface Style {
  /** IANA name. */
  readonly timeZone: string
  readonly numbers: (typeof NUMBER_FORMATS)[number]
}

const USUAL: Style = { timeZone: 'UTC', numbers: '1,234.56' }

const current = new AsyncLocalStorage<Style>()

export function inStyle<T>(style: Style, run: () => T): T {
  return current.run(style, run)
}

export function styleNow(): Style {
  return current.getStore() ?? USUAL
}
