// The system with a bot that asks: each program a process, before the sandbox's exchange and Telegram, which are in this one.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { commandTopic, sign } from '@keyside/protocol'
import { type Hop, instant } from '@keyside/runtime'
import { approval } from '../protocol/vectors/claims.ts'
import { BOT } from '../protocol/vectors/keys.ts'
import { openTestSystem, rewrite, UNASKED_POLICY, until } from '../test/test-system.ts'
import type { FloorSource } from './floor.ts'
import type { Direction } from './hop-engine.ts'
import { quiet, STRATEGY, STREAM, tracesIn } from './hop-system.ts'
import { startHelper } from './processes.ts'
import { isOrder, nextOrder, watchRequests } from './requests.ts'

const RESPONSES = 'http.server.response.finish'
/** A chat takes one message a second, and a round brings about five. */
const ROUND_MS = 5_000

export interface Press {
  /** When Telegram's answer with the press had left it, when the order was approved, when it was sent, when its request was read; Unix ms. */
  readonly pressed: number
  readonly approved: number
  readonly sent: number
  readonly read: number
  /** Questions that the exchange got in between, and how long it had them, ms. */
  readonly asked: number
  readonly exchangeMs: number
}

interface Seen {
  readonly request: IncomingMessage
  readonly order: boolean
  readonly exchange: boolean
  /** When it was read, and when its answer had left. */
  readonly at: number
  left: number
}

export interface ApprovalSystem extends FloorSource {
  /** A card, a press on Approve, and the exit. */
  round(): Promise<Press>
  stop(): Promise<void>
}

export async function startApprovalSystem(): Promise<ApprovalSystem> {
  const policy = UNASKED_POLICY.replace('approval: never', 'approval: always')
  const system = await openTestSystem({ policy, logLevel: 'trace' })
  rewrite(system, `strategies/${STREAM}.yaml`, STRATEGY)
  await system.start('broker')
  await system.start('executor')
  await system.start('bot')
  const claim = await until('the code', () => system.messages.find(({ type }) => type === 'claim'))
  const chat = system.sandbox.telegram.chat()
  chat.sendText(`/start ${'code' in claim ? claim.code : ''}`)
  await chat.waitForMessage(({ text }) => text?.includes('yours') === true)
  const engine = await startHelper<string>('hop-engine.ts', {
    environment: { KEYSIDE_HOME: system.home },
  })
  const requests: Seen[] = []
  const stopWatching = watchRequests(({ request, at }) => {
    const { url = '' } = request
    const order = isOrder(request)
    requests.push({ request, order, exchange: url.startsWith('/api/'), at, left: at })
  })
  let left = 0
  const onFinish = (message: unknown) => {
    const { request } = message as { request: IncomingMessage }
    const seen = requests.find((one) => one.request === request)
    if (seen !== undefined) seen.left = instant()
    if (request.url?.includes('/getUpdates')) left = instant()
  }
  subscribe(RESPONSES, onFinish)
  const close = (direction: Direction) => engine.tell(direction)
  const orders = () => requests.filter(({ order }) => order)
  close('fall')

  let earliest = 0
  const answered = new Set<number>()
  const round = async (): Promise<Press> => {
    await sleep(Math.max(0, earliest - Date.now()))
    earliest = Date.now() + ROUND_MS
    requests.length = 0
    close('rise')
    const card = await chat.waitForMessage(
      ({ message_id, caption, reply_markup }) =>
        caption !== undefined && reply_markup !== undefined && !answered.has(message_id),
    )
    answered.add(card.message_id)
    await quiet()
    const before = instant()
    const button = card.reply_markup?.inline_keyboard
      .flat()
      .find(({ text }) => /Approve/.test(text))
    chat.pressButton(card, button?.text ?? 'Approve')
    const [first] = await until('the order', () => (orders().length > 0 ? orders() : null))
    const pressed = await until('the press', () => (left >= before ? left : null))
    const read = first?.at ?? 0
    await until('its stop', () => orders()[1])
    await quiet()
    close('fall')
    await until('the exit', () => orders()[2])
    await quiet()
    const { approved, sent } = lastOf(system.lines)
    const asked = requests.filter(
      ({ exchange, order, at }) => exchange && !order && at > before && at < read,
    )
    const exchangeMs = asked.reduce((sum, one) => sum + one.left - one.at, 0)
    return { pressed, approved, sent, read, asked: asked.length, exchangeMs }
  }
  return {
    home: system.home,
    round,
    sample: async () => {
      const caught = nextOrder()
      await round()
      const order = await caught
      const payload = sign('approval', approval, BOT.key)
      return { topic: commandTopic('device'), payload, commits: rowsOf(system.home), order }
    },
    stop: async () => {
      stopWatching()
      unsubscribe(RESPONSES, onFinish)
      await engine.stop()
      await system.close()
    },
  }
}

/** Of the entry that was approved last: its exit is never asked about. */
function lastOf(lines: readonly string[]) {
  const word = (trace: ReadonlyMap<Hop, number>, hop: Hop) => trace.get(hop) ?? 0
  // An entry waits at least for the card between these two.
  const isAsked = (trace: ReadonlyMap<Hop, number>) =>
    word(trace, 'approved') - word(trace, 'policy') > 40 && trace.has('sent')
  const trace = tracesIn(lines).findLast(isAsked)
  if (trace === undefined) throw new Error('no order was approved')
  return { approved: word(trace, 'approved'), sent: word(trace, 'sent') }
}

/** The rows of the two commits between the press and the order: the bot's card, and what the executor noted. */
function rowsOf(home: string): string[][] {
  const bot = new DatabaseSync(join(home, 'bot/bot.db'), { readOnly: true })
  const executor = new DatabaseSync(join(home, 'executor/journal.db'), { readOnly: true })
  try {
    const card = bot.prepare('SELECT * FROM card ORDER BY rowid DESC LIMIT 1').all()
    const approve = `SELECT at FROM events WHERE body ->> 'event' = 'approve' ORDER BY seq DESC LIMIT 1`
    const at = executor.prepare(approve).get()?.['at'] ?? null
    const events = executor.prepare('SELECT * FROM events WHERE at = ?').all(at)
    const reports = executor.prepare('SELECT * FROM reports WHERE at = ?').all(at)
    return [card, [...events, ...reports]].map((rows) => rows.map((row) => JSON.stringify(row)))
  } finally {
    bot.close()
    executor.close()
  }
}
