// Updates as anybody might send them: of every kind, from everybody, forged, replayed, edited, in shapes that Telegram never
// has. Each is drawn from a seed and says what it may do, so that a test can see what it did.
import { OWNER, STRANGER } from './fixture.ts'

type Raw = { update_id?: number } & Record<string, unknown>

export interface DrawnUpdate {
  readonly raw: Raw
  /** What the device may hear because of it; null for nothing. */
  readonly allows: string | null
}

export interface DrawOptions {
  readonly seed: number
  /** Unix ms. */
  readonly now: number
  /** Buttons that stand in the owner's chat. */
  readonly buttons: readonly { readonly data: string; readonly message: number }[]
}

const GROUP = -100_7
const CHANNEL = -100_8

/** Draws one update after the other, and now and then one of them again. */
export function updateDrawer({ seed, now, buttons }: DrawOptions): () => DrawnUpdate {
  const draw = new Draw(seed)
  const sent: DrawnUpdate[] = []
  let number = 0
  return () => {
    number += 1
    const earlier = sent.length > 0 && draw.chance(0.1) ? draw.one(sent) : null
    // Repeated word for word it has been done already; under another id it is Telegram's to prevent, and the owner's own words.
    if (earlier !== null) return { raw: earlier.raw, allows: null }
    const made = draw.chance(0.2)
      ? byOwner(draw, number, now)
      : byAnybody(draw, number, now, buttons)
    sent.push(made)
    return made
  }
}

/** A command that carries its number, so that it is known again. */
function byOwner(draw: Draw, number: number, now: number): DrawnUpdate {
  const [text, allows] = draw.one([
    [`/pause own${number}`, `pause own${number}`],
    [`  /PAUSE@keyside_bot own${number} `, `pause own${number}`],
    [`/trade ${number}`, `trade ${number}`],
    [`/resume own${number}`, `resume own${number}`],
    [`/pause own${number} and more`, null],
    ['/hlat', null],
    ['/help', null],
    ['', null],
    ['🙂'.repeat(draw.upTo(2000)), null],
  ] as const)
  const message = { ...plain(number, now), text }
  const update_id = 10_000 + number
  return draw.chance(0.9)
    ? { raw: { update_id, message }, allows }
    : { raw: { update_id, edited_message: { ...message, edit_date: seconds(now) } }, allows: null }
}

function byAnybody(
  draw: Draw,
  number: number,
  now: number,
  buttons: DrawOptions['buttons'],
): DrawnUpdate {
  const message = { ...plain(number, now), text: foeText(draw, number), ...foe(draw) }
  const press = foePress(draw, number, now, buttons)
  const raw = draw.one<() => Record<string, unknown>>([
    ...Array(16).fill(() => ({ message })),
    ...Array(6).fill(() => ({ edited_message: { ...message, edit_date: seconds(now) } })),
    ...Array(8).fill(() => ({ callback_query: press })),
    () => ({ channel_post: { ...message, chat: { id: CHANNEL, type: 'channel' } } }),
    () => ({ inline_query: { id: '1', from: person(OWNER), query: '/halt', offset: '' } }),
    () => ({ my_chat_member: { chat: message.chat, from: message.from, date: 0 } }),
    () => ({ message_reaction: { chat: message.chat, message_id: 1, date: 0 } }),
    () => ({ message: own(number, now), callback_query: press }),
    () => ({ business_message: own(number, now) }),
    () => ({ something_new: own(number, now) }),
    () => ({ message: draw.one<unknown>([null, 7, '/halt', [], {}, { from: null, chat: 3 }]) }),
    () => ({ callback_query: draw.one<unknown>([null, {}, { id: 5 }, { from: person(OWNER) }]) }),
    () => ({}),
  ])()
  const update_id = draw.one([
    10_000 + number,
    10_000 + number,
    draw.upTo(20_000),
    2 ** 40 + number,
  ])
  return { raw: { update_id, ...raw }, allows: null }
}

/** What a message must not have to be the owner's own words in the private chat. */
function foe(draw: Draw): Record<string, unknown> {
  const anotherChat = { chat: { id: GROUP, type: 'supergroup', title: 'x' } }
  return draw.one([
    { from: person(STRANGER), chat: { id: STRANGER, type: 'private' } },
    { from: person(STRANGER) },
    { from: { ...person(OWNER), is_bot: true } },
    { from: undefined },
    anotherChat,
    { ...anotherChat, from: undefined, sender_chat: anotherChat.chat },
    { chat: { id: OWNER, type: 'group' } },
    { chat: { id: STRANGER, type: 'private' } },
    { forward_origin: { type: 'user', date: 0, sender_user: person(OWNER) } },
    { via_bot: { id: 5, is_bot: true, first_name: 'b' } },
    { sender_business_bot: { id: 5, is_bot: true, first_name: 'b' } },
  ])
}

function foeText(draw: Draw, number: number): unknown {
  return draw.one<unknown>([
    '/halt',
    '/halt',
    'STOP',
    'halt sell',
    `/pause foe${number}`,
    `/pause foe${number}`,
    `/resume foe${number}`,
    '/status',
    `/start ABCDEFGH`,
    `/trade 9${number}`,
    undefined,
    7,
    { toString: '/halt' },
    '\u0000/halt',
    'x'.repeat(draw.upTo(5000)),
  ])
}

function foePress(
  draw: Draw,
  number: number,
  now: number,
  buttons: DrawOptions['buttons'],
): Record<string, unknown> {
  const { data, message: shown } = buttons[draw.upTo(buttons.length) - 1] ?? {
    data: 'x',
    message: 1,
  }
  const message = { message_id: shown, date: seconds(now), chat: { id: OWNER, type: 'private' } }
  const press = { id: `${number}`, chat_instance: '1', from: person(OWNER), data, message }
  return {
    ...press,
    ...draw.one<Record<string, unknown>>([
      { from: person(STRANGER) },
      { from: person(STRANGER), message: { ...message, chat: { id: STRANGER, type: 'private' } } },
      { from: { ...person(OWNER), is_bot: true } },
      { message: { ...message, chat: { id: GROUP, type: 'supergroup' } } },
      { message: { ...message, message_id: shown + 1000 } },
      { message: { ...message, date: 0 } },
      { message: undefined },
      { message: undefined, inline_message_id: 'abc' },
      { inline_message_id: 'abc' },
      { data: draw.one<unknown>([undefined, '', 'y'.repeat(64), 7, `${data}A`, data.slice(1)]) },
    ]),
  }
}

/** Of the owner, to the letter, but in an update that holds more, or is of another kind. */
function own(number: number, now: number) {
  return { ...plain(number, now), text: `/pause foe${number}` }
}

function plain(number: number, now: number) {
  const chat = { id: OWNER, type: 'private' }
  return { message_id: 100_000 + number, date: seconds(now), from: person(OWNER), chat }
}

function person(id: number) {
  return { id, is_bot: false, first_name: id === OWNER ? 'Owner' : 'Stranger' }
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000)
}

/** mulberry32: good enough for dice. */
class Draw {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  part(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  chance(probability: number): boolean {
    return this.part() < probability
  }

  /** From 1 to `most`; 1 where there is none. */
  upTo(most: number): number {
    return 1 + Math.floor(this.part() * Math.max(1, most))
  }

  one<T>(of: readonly T[]): T {
    const drawn = of[Math.floor(this.part() * of.length)]
    if (of.length === 0) throw new RangeError('nothing to draw from')
    return drawn as T
  }
}
