// grammY as this bot uses it: one client that polls, one that sends.
import type { Agent } from 'node:http'
import type { Socket } from 'node:net'
import { resolve } from 'node:path'
import { type Clock, KeysideError, readSecret } from '@keyside/runtime'
import { agentMaker } from '@keyside/runtime/web'
import { Api, Bot, InputFile, type Transformer } from 'grammy'
import type { BotConfig } from './config.ts'

/** A picture may take this long over a slow line. */
const CALL_SECONDS = 20
/** Largest unpacked answer, bytes: a hundred updates are less than a tenth of it. */
const MAX_BYTES = 32 * 2 ** 20
/** Any other call that takes longer has failed, ms: the answer to a command must not wait for a connection that died. */
const WORDS_MS = 4500
/** When Telegram answers again, calls older than this are given up: they are on a dead connection, ms. */
const OLD_MS = 2000

export interface Telegram {
  readonly token: string
  /** Reads updates, on a connection that nothing else uses. */
  readonly bot: Bot
  /** Sends. */
  readonly api: Api
  toast(query: string, text: string): Promise<void>
  /** Call when Telegram answers again: gives up what hangs on a connection that died. */
  freshen(): void
}

/** Throws a KeysideError `telegram_token_malformed`, one for the file, or what `agentMaker` throws. */
export function createTelegram(
  { telegram }: Pick<BotConfig, 'telegram'>,
  { home, clock }: { readonly home: string; readonly clock: Clock },
): Telegram {
  const token = readToken(resolve(home, telegram.tokenFile))
  const root = telegram.address === undefined ? {} : { apiRoot: telegram.address }
  const makeAgent = agentMaker(telegram.proxy, home)
  const protocol = telegram.address?.startsWith('http:') === true ? 'http:' : 'https:'
  const agent = () => makeAgent(protocol, { keepAlive: true })
  const [reading, sending] = [agent(), agent()]
  const options = (agent: Agent) => ({
    ...root,
    timeoutSeconds: CALL_SECONDS,
    baseFetchConfig: { agent, size: MAX_BYTES },
  })
  const clients = {
    token,
    bot: new Bot(token, { client: options(reading) }),
    api: new Api(token, options(sending)),
  }
  return telegramOver(clients, { clock, idle: () => idleSockets(sending) })
}

/** With what every call to Telegram is given, whatever it goes over. `idle`: connections that may have died. */
export function telegramOver(
  { token, bot, api }: Pick<Telegram, 'token' | 'bot' | 'api'>,
  {
    clock,
    idle,
  }: { readonly clock: Clock; readonly idle: () => readonly Pick<Socket, 'destroy'>[] },
): Telegram {
  const calls = new Calls(clock)
  api.config.use(calls.giveUp, wellFormedCalls)
  return {
    token,
    bot,
    api,
    toast: async (query, text) => {
      await api.answerCallbackQuery(query, { text })
    },
    freshen: () => {
      for (const socket of idle()) socket.destroy()
      calls.giveUpOld()
    },
  }
}

/** The calls under way that carry no picture. */
class Calls {
  readonly #clock: Clock
  readonly #running = new Map<AbortController, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  readonly giveUp: Transformer = async (call, method, payload, signal) => {
    if (method === 'sendPhoto') return call(method, payload, signal)
    const controller = new AbortController()
    const cancel = this.#clock.after(WORDS_MS, () => controller.abort())
    this.#running.set(controller, this.#clock.now())
    return call(method, payload, controller.signal as typeof signal).finally(() => {
      cancel()
      this.#running.delete(controller)
    })
  }

  giveUpOld(): void {
    const old = this.#clock.now() - OLD_MS
    for (const [controller, began] of this.#running) if (began < old) controller.abort()
  }
}

function idleSockets({ freeSockets }: Agent) {
  return Object.values(freeSockets).flatMap((sockets) => sockets ?? [])
}

function readToken(path: string): string {
  const token = readSecret(path)
  if (/^\d+:[\w-]+$/.test(token)) return token
  throw new KeysideError(
    'telegram_token_malformed',
    `${path} holds no bot token: paste the one that @BotFather gave you, such as 123456:ABC-def`,
  )
}

// The last look at what leaves for Telegram: half of a surrogate pair anywhere in a call, and Telegram takes nothing of it.
const wellFormedCalls: Transformer = (call, method, payload, signal) =>
  call(method, wellFormed(payload) as typeof payload, signal)

function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value !== 'object' || value === null || value instanceof InputFile) return value
  if (Array.isArray(value)) return value.map(wellFormed)
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, wellFormed(part)]))
}
