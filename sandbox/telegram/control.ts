// The addresses under /sandbox by which the page and outside programs move the chat and its faults.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { parseJson, readBody } from './decode-call.ts'
import { FAULT_NAMES } from './faults.ts'
import { inject } from './inject.ts'
import { streamChat } from './live-events.ts'
import { editText, followDeepLink, pressButton, sendText } from './person.ts'
import { CONTROL_REFUSALS, type ControlCode } from './same-machine.ts'
import type { TelegramState } from './telegram-state.ts'
import type { User } from './wire.ts'

type Reply = { status: number; body: unknown }

const fault = z.strictObject({
  name: z.enum(FAULT_NAMES),
  method: z.string().optional(),
  count: z.int().min(1).optional(),
  retryAfter: z.int().min(0).optional(),
})

const CHAT_ACTIONS: Record<string, (state: TelegramState, user: User, body: unknown) => Reply> = {
  text: reads(z.strictObject({ text: z.string().trim().min(1).max(4096) }), (state, user, body) =>
    done({ message_id: sendText(state, user, body.text).message_id }),
  ),
  edit: reads(
    z.strictObject({ message_id: z.int(), text: z.string().trim().min(1).max(4096) }),
    (state, user, { message_id, text }) => {
      const edited = editText(state, user, message_id, text)
      return edited === undefined ? refusal('bad-request') : done({ message_id })
    },
  ),
  start: reads(
    z.strictObject({ code: z.string().regex(/^[\w-]{1,64}$/) }),
    (state, user, { code }) => done({ start: followDeepLink(state, user, code) }),
  ),
  press: reads(
    z.strictObject({ message_id: z.int(), data: z.string() }),
    (state, user, { message_id, data }) => {
      const id = pressButton(state, user, message_id, data)
      return id === undefined ? refusal('no-such-button') : done({ callback_query_id: id })
    },
  ),
  block: reads(z.strictObject({ blocked: z.boolean() }), (state, user, { blocked }) => {
    state.chats.setAccess(user.id, blocked ? 'blocked' : 'open')
    return done({})
  }),
}

const WORLD_ACTIONS: Record<string, (state: TelegramState, body: unknown) => Reply> = {
  faults: (state, body) => {
    const read = fault.safeParse(body)
    if (!read.success) return refusal('bad-request')
    state.faults.arm(read.data)
    return done({})
  },
  'clear-faults': (state) => {
    state.faults.clear()
    return done({})
  },
  updates: (state, body) => {
    const read = z.looseObject({ update_id: z.int().optional() }).safeParse(body)
    if (!read.success) return refusal('bad-request')
    return done({ update_id: inject(state, read.data) })
  },
}

/** Routes `GET|POST /sandbox/…`; the guard has been passed already. */
export async function answerControl(
  state: TelegramState,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const [, , area = '', id = '', action = ''] = path.split('/')
  const user = area === 'chat' ? findUser(state, id) : undefined
  const read = request.method === 'GET'
  if (area === 'chat' && !user) reply(response, refusal('unknown-user'))
  else if (read && user && action === 'events') streamChat(state, user, response)
  else if (read && area === 'photo') servePhoto(state, id, response)
  else if (read && area === 'calls') reply(response, done({ calls: state.calls }))
  else if (request.method !== 'POST') reply(response, refusal('not-found'))
  else reply(response, await act(state, request, user, user ? action : area))
}

async function act(
  state: TelegramState,
  request: IncomingMessage,
  user: User | undefined,
  action: string,
): Promise<Reply> {
  // A foreign page can send a form without asking first, but never this type.
  if (request.headers['content-type'] !== 'application/json') return refusal('not-json')
  const body = parseJson((await readBody(request)).toString())
  const known = Object.hasOwn(user ? CHAT_ACTIONS : WORLD_ACTIONS, action)
  if (!known) return refusal('not-found')
  return (
    (user ? CHAT_ACTIONS[action]?.(state, user, body) : WORLD_ACTIONS[action]?.(state, body)) ??
    refusal('not-found')
  )
}

function reads<Body>(
  schema: z.ZodType<Body>,
  then: (state: TelegramState, user: User, body: Body) => Reply,
): (state: TelegramState, user: User, body: unknown) => Reply {
  return (state, user, body) => {
    const read = schema.safeParse(body)
    return read.success ? then(state, user, read.data) : refusal('bad-request')
  }
}

/** `me` is the first user: the page without a user. */
function findUser({ users }: TelegramState, id: string): User | undefined {
  return id === 'me' ? users[0] : users.find((user) => String(user.id) === id)
}

function servePhoto({ photos }: TelegramState, id: string, response: ServerResponse): void {
  const stored = photos.find(id)
  if (!stored) reply(response, refusal('not-found'))
  else response.writeHead(200, { 'content-type': 'image/png' }).end(stored.bytes)
}

function done(body: unknown): Reply {
  return { status: 200, body }
}

export function refusal(code: ControlCode): Reply {
  const known = CONTROL_REFUSALS.find((entry) => entry.code === code)
  return { status: known?.status ?? 500, body: { code, sentence: known?.sentence } }
}

export function reply(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
