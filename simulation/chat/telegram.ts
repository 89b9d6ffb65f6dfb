// The sandbox's Telegram without a network: grammY's requests reach it by a function call that takes time and may fail.
import { EventEmitter } from 'node:events'
import { Readable } from 'node:stream'
import { answerBotApi } from '../../sandbox/telegram/bot-api.ts'
import { ChatPlayer } from '../../sandbox/telegram/chat-player.ts'
import { createTelegramState, type TelegramState } from '../../sandbox/telegram/telegram-state.ts'
import type { Random } from '../base/random.ts'
import type { VirtualClock } from './virtual-clock.ts'

const TOKEN = '424242:AAFakeTokenOfTheSandboxForTests_12345'
export const OWNER = 1001

/** `late`: the request arrives after the bot has given it up. */
const TROUBLES = ['reset', 'lost-answer', 'hang', '500', 'html-502', '429', '401'] as const
type Trouble = (typeof TROUBLES)[number] | 'late'

export interface CallFaults {
  /** The share of calls that fail. */
  readonly failing: number
  /** Of those, the share that arrives too late. */
  readonly late: number
  /** Nothing goes through from and until, Unix ms. */
  readonly outages: readonly (readonly [number, number])[]
}

interface Init {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

export class ChatServer {
  readonly token = TOKEN
  readonly state: TelegramState
  readonly owner: ChatPlayer
  readonly failed = new Map<string, number>()
  calls = 0
  /** When the bot last got updates, Unix ms. */
  lastPoll = 0
  #working = 0
  #wake: () => void = () => {}
  readonly #clock: VirtualClock
  readonly #random: Random
  readonly #faults: CallFaults

  constructor(clock: VirtualClock, random: Random, faults: CallFaults) {
    const users = [{ id: OWNER, first_name: 'Owner' }]
    this.state = createTelegramState({ token: TOKEN, botUsername: 'keyside_bot', clock, users })
    const [user] = this.state.users
    if (user === undefined) throw new Error('a state without people')
    this.owner = new ChatPlayer(this.state, user)
    this.#clock = clock
    this.#random = random
    this.#faults = faults
  }

  get isBusy(): boolean {
    return this.#working > 0
  }

  /** The owner has done something: a poll that is held open answers. */
  stir(): void {
    this.#wake()
  }

  /** What grammY takes as its `fetch`. */
  readonly fetch = async (url: string, init: Init): Promise<unknown> => {
    const method = url.split('/').at(-1) ?? ''
    this.calls += 1
    const trouble = this.#trouble()
    if (trouble !== null) this.failed.set(trouble, (this.failed.get(trouble) ?? 0) + 1)
    if (trouble === 'hang') return given(init.signal)
    await this.#clock.wait(20 + this.#random.part() * 200)
    if (trouble === 'reset') throw new TypeError('the connection was reset')
    if (trouble === 'late') {
      this.#clock.after(5_000, () => void this.#ask(method, init))
      return given(init.signal)
    }
    if (trouble !== null && trouble !== 'lost-answer')
      this.state.faults.arm({
        name: trouble,
        method,
        retryAfter: 1 + Math.floor(this.#random.part() * 20),
      })
    else if (method === 'getUpdates' && this.state.updates.pending === 0) await this.#hold()
    const answer = await this.#ask(method, init)
    if (method === 'getUpdates' && trouble === null) this.lastPoll = this.#clock.now()
    if (trouble === 'lost-answer') throw new TypeError('the answer was lost')
    return answer
  }

  /** As long as the bot asks for: two seconds, or until there is something. */
  async #hold(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = this.#clock.after(2_000, resolve)
    this.#wake = resolve
    await promise
    cancel()
  }

  #trouble(): Trouble | null {
    const now = this.#clock.now()
    if (this.#faults.outages.some(([from, to]) => now >= from && now < to)) return 'reset'
    if (!this.#random.chance(this.#faults.failing)) return null
    if (this.#random.chance(this.#faults.late)) return 'late'
    return TROUBLES[Math.floor(this.#random.part() * TROUBLES.length)] ?? 'reset'
  }

  async #ask(method: string, { body, headers = {} }: Init): Promise<unknown> {
    this.#working += 1
    try {
      const fields = method === 'getUpdates' ? withoutHold(String(body)) : String(body ?? '')
      return await ask(this.state, method, fields, headers)
    } finally {
      this.#working -= 1
    }
  }
}

/** The sandbox would hold it in real time. */
function withoutHold(body: string): string {
  return JSON.stringify({ ...(JSON.parse(body) as object), timeout: 0 })
}

function given(signal: AbortSignal | undefined): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  const giveUp = () => reject(new DOMException('given up', 'AbortError'))
  if (signal?.aborted === true) giveUp()
  signal?.addEventListener('abort', giveUp)
  return promise
}

async function ask(
  state: TelegramState,
  method: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<unknown> {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
  const path = `/bot${TOKEN}/${method}`
  const request = Object.assign(Readable.from(body === '' ? [] : [Buffer.from(body)]), {
    url: path,
    headers: Object.fromEntries(lower),
  })
  const { promise, resolve } = Promise.withResolvers<string>()
  const response = Object.assign(new EventEmitter(), {
    destroyed: false,
    writeHead: () => response,
    end: (text: string) => resolve(text),
  })
  await answerBotApi(state, request as never, response as never, path)
  const text = await promise
  return { json: async () => JSON.parse(text) as unknown }
}
