// What the bot may tell without being asked, by kind. The trader chooses for each whether it rings, comes without a sound,
// or not at all; what needs a person cannot be off.

import type { NoticeKind } from '../store/notice-kind.ts'

export type { NoticeKind }

interface Kind {
  /** As the settings name it. */
  readonly title: string
  /** `needed`: somebody must look at it, so it can be silent, and neither off nor kept for later. */
  readonly person: 'needed' | 'not_needed'
  /** Whether it rings in quiet hours too. */
  readonly atNight: 'rings' | 'silent'
  /** Before the trader has chosen. */
  readonly usual: 'on' | 'silent'
}

export const NOTICE_KINDS = {
  card: kind('Orders that wait for you', { person: 'needed' }),
  fill: kind('Bought'),
  sale: kind('Sold, with the result'),
  stop: kind('Stops placed and moved', { usual: 'silent' }),
  refusal: kind('Signals and orders refused'),
  alert: kind('Alerts of strategies'),
  price: kind('Your own price alerts'),
  trading: kind('Paused, resumed, halted', { person: 'needed', atNight: 'rings' }),
  urgent: kind('What needs you now', { person: 'needed', atNight: 'rings' }),
  health: kind('Health of the device'),
  exchange: kind('Trouble with the exchange'),
  device: kind('Device offline and online', { person: 'needed' }),
  provider: kind('News of providers'),
  policy: kind('Your policy and your requests', { person: 'needed' }),
  strategy: kind('Strategies of your own'),
  summary: kind('Summaries', { usual: 'silent' }),
} as const satisfies Readonly<Record<NoticeKind, Kind>>

/** `on`: with a sound; `digest`: kept, and told together with the daily summary. */
export type Loudness = 'on' | 'silent' | 'digest' | 'off'

export const LOUDNESSES: readonly Loudness[] = ['on', 'silent', 'digest', 'off']

function kind(title: string, other: Partial<Omit<Kind, 'title'>> = {}): Kind {
  return { title, person: 'not_needed', atNight: 'silent', usual: 'on', ...other }
}

export function isNoticeKind(name: string): name is NoticeKind {
  return Object.hasOwn(NOTICE_KINDS, name)
}

/** Those that may be chosen for the kind. */
export function choicesOf(name: NoticeKind): readonly Loudness[] {
  return NOTICE_KINDS[name].person === 'needed' ? ['on', 'silent'] : LOUDNESSES
}
