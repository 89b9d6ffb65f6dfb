// The whole way of a message in one process: Telegram's update, unmodified grammY, the bot's own composition, its signed
// command, a real core on a real journal, its signed report, and the bot's answer. Time moves only when it is set.
import { type Approval, type Command, keyring, verify } from '@keyside/protocol'
import { publicKey, signingKey } from '@keyside/protocol/node'
import { createLog, type Link, systemRandomBytes } from '@keyside/runtime'
import { Bot } from 'grammy'
import type { Update, UserFromGetMe } from 'grammy/types'
import { type ChatDeps, chatHandlers, commandNames } from '../bot/chat-handlers.ts'
import { ClaimCode } from '../bot/claim.ts'
import { Device } from '../bot/device/device.ts'
import { Sessions } from '../bot/device/sessions.ts'
import { ownerOnly } from '../bot/owner.ts'
import { Receiver } from '../bot/reports/receive.ts'
import type { Content } from '../bot/store/messages.ts'
import { openStore, type Store } from '../bot/store/open.ts'
import { claimFor } from '../bot/store/owner.ts'
import type { Policy } from '../executor/core/risk/policy/schema.ts'
import { policyInForce } from '../executor/core/risk/policy/tighten.ts'
import { loadPolicy } from '../executor/policy/load.ts'
import { ReportPublisher } from '../executor/report-publisher.ts'
import { TestExecutor } from '../executor/testing/rig.ts'

const BOT_KEY = signingKey(new Uint8Array(32).fill(2))
const DEVICE_KEY = signingKey(new Uint8Array(32).fill(3))
const PINS = keyring([
  { key: publicKey(BOT_KEY.publicKey), issuer: 'bot', kinds: ['command', 'approval'] },
])
const OWNER = { user: 7, chat: 7 }
export const STRANGER = { user: 8, chat: 8 }
const log = createLog({ program: 'bot', level: 'silent' })

export interface ShownButton {
  readonly label: string
  readonly nonce: string
  /** Telegram's number of its message. */
  readonly message: number
}

export class ChatFixture {
  readonly executor = new TestExecutor({ streams: ['demo', 'other'] })
  readonly store: Store = openStore(':memory:')
  /** As the device heard it, in order. */
  readonly heard: (Command | Approval)[] = []
  readonly #bot: Bot
  readonly #deps: ChatDeps
  readonly #receiver: Receiver
  readonly #publisher: ReportPublisher
  #work: Promise<void>[] = []
  #sent = 0
  #update = 0

  constructor(policy: Policy) {
    this.executor.policy = policy
    const { clock } = this.executor
    claimFor(this.store, OWNER, clock.now())
    const sessions = new Sessions()
    const common = { store: this.store, clock, randomBytes: systemRandomBytes, log }
    const wake = () => undefined
    const device = new Device({
      ...common,
      bot: 'bot',
      device: 'device',
      key: BOT_KEY,
      sessions,
      onHalt: () => undefined,
      link: () => ({ connected: () => true, publish: (_, token) => this.#hear(token) }),
    })
    const pins = { name: 'north', id: 'device', key: DEVICE_KEY.publicKey }
    this.#receiver = new Receiver(
      { id: 'bot', device: pins },
      { ...common, device, sessions, wake },
    )
    this.#publisher = this.#publish()
    const line = { device, reachable: () => true }
    this.#deps = {
      ...common,
      wake,
      devices: [{ name: 'north', device }],
      linkTo: (name) => (name === 'north' ? line : null),
      inBackground: (work) => void this.#work.push(work),
      toast: async () => undefined,
      erase: async () => undefined,
    }
    const botInfo = { id: 1, is_bot: true, first_name: 'k', username: 'k_bot' } as UserFromGetMe
    this.#bot = new Bot('1:a', { botInfo })
    const claim = new ClaimCode({ ...common, show: () => undefined })
    const ignore = () => undefined
    this.#bot.use(ownerOnly({ ...common, claim, onClaimed: ignore, onUnwritable: ignore }))
    this.#bot.use(chatHandlers(this.#deps))
  }

  #publish(): ReportPublisher {
    const publisher = new ReportPublisher({
      device: 'device',
      audience: 'bot',
      session: 'EBESExQVFhcYGRobHB0eHw',
      journal: () => this.executor.journal.name(),
      money: () => 'sandbox',
      key: DEVICE_KEY,
      clock: this.executor.clock,
      randomBytes: systemRandomBytes,
      log,
    })
    const publish = async (topic: string, token: string) => this.#receiver.receive(topic, token)
    publisher.attach({ publish, connected: () => true } as unknown as Link)
    return publisher
  }

  /** The names of all commands there are. */
  names(): readonly string[] {
    return commandNames(this.#deps)
  }

  async #hear(token: string): Promise<void> {
    const now = this.executor.clock.now() / 1000
    const verified = verify(token, PINS, {
      kinds: ['command', 'approval'],
      audience: 'device',
      now,
      topic: 'keyside/v1/command/device',
    })
    if (!verified.ok) throw new Error(`the bot sent what a device refuses: ${verified.message}`)
    this.heard.push(verified.claims)
    this.executor.take(
      verified.kind === 'command'
        ? { type: 'command', claims: verified.claims }
        : { type: 'approval', claims: verified.claims },
    )
  }

  async say(
    text: string,
    from = OWNER,
    kind: 'message' | 'edited_message' = 'message',
  ): Promise<void> {
    const date = Math.floor(this.executor.clock.now() / 1000)
    const message = {
      message_id: this.#update + 1_000_000,
      date,
      from: { id: from.user, is_bot: false, first_name: 'a' },
      chat: { id: from.chat, type: 'private' as const, first_name: 'a' },
      text,
      ...(kind === 'edited_message' && { edit_date: date }),
    }
    await this.#give({ [kind]: message })
  }

  async press(data: string, message: number, from = OWNER): Promise<void> {
    const chat = { id: from.chat, type: 'private' as const, first_name: 'a' }
    await this.#give({
      callback_query: {
        id: 'q',
        chat_instance: 'c',
        from: { id: from.user, is_bot: false, first_name: 'a' },
        message: { message_id: message, date: 1, chat, text: 'x' },
        data,
      },
    })
  }

  async #give(update: Omit<Update, 'update_id'>): Promise<void> {
    this.#update += 1
    await this.#bot.handleUpdate({ ...update, update_id: this.#update } as Update)
    await this.settle()
  }

  /** Until nothing is under way; what nobody answers is given up by the clock. */
  async settle(): Promise<void> {
    for (let round = 0; ; round += 1) {
      await new Promise((resolve) => setImmediate(resolve))
      this.#publisher.send(this.executor.reports.slice(this.#sent))
      this.#sent = this.executor.reports.length
      const pending = await this.#pending()
      if (pending === 0 && this.#sent === this.executor.reports.length) break
      if (round > 3) await this.executor.clock.advance(1_000)
    }
    this.store.exec(
      'UPDATE message SET telegram = id + 5000, sent = version WHERE telegram IS NULL',
    )
  }

  async #pending(): Promise<number> {
    const open = new Set(this.#work)
    for (const work of open) work.finally(() => open.delete(work)).catch(() => undefined)
    await new Promise((resolve) => setImmediate(resolve))
    this.#work = [...open]
    return open.size
  }

  /** Of the newest messages, newest first. */
  buttons(): ShownButton[] {
    return this.store
      .prepare('SELECT content, telegram FROM message ORDER BY id DESC LIMIT 6')
      .all()
      .flatMap(({ content, telegram }) => {
        const { buttons = [] } = JSON.parse(String(content)) as Content
        return buttons.flat().map(({ text, data }) => {
          return { label: text, nonce: data, message: Number(telegram) }
        })
      })
  }

  /** With what the chat has changed. */
  policy(): Policy {
    return policyInForce(this.executor.policy, this.executor.state().portfolio.tightenings)
  }

  close(): void {
    this.executor.close()
    this.store.close()
  }
}

export function readPolicy(text: string): Policy {
  const loaded = loadPolicy(text)
  if (!loaded.ok) throw new Error(loaded.message)
  return loaded.policy
}
