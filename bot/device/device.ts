// The bot's end of the device link: signs commands and approvals, and matches answers to them.
import {
  type Answer,
  type Approval,
  commandTopic,
  type Instruction,
  type SigningKey,
  seconds,
  sign,
} from '@keyside/protocol'
import { type Clock, type Link, newJti, type RandomBytes } from '@keyside/runtime'
import { Halts, type HaltsOptions } from './halts.ts'
import type { Sessions } from './sessions.ts'

/** How long to wait for the answer to a command, ms. */
const TIMEOUT_MS = 5000
/** A command that comes later than this is refused by the device, seconds. */
const COMMAND_LIFE = 30
/** An approval that comes later than this is refused by the device, seconds. */
export const APPROVAL_LIFE = 60

export type DeviceReply =
  | { readonly outcome: 'answered'; readonly answer: Answer }
  /** No answer in time: the command may or may not have arrived. */
  | { readonly outcome: 'silent' }
  /** The bot itself stops. */
  | { readonly outcome: 'stopped' }

export interface DeviceOptions {
  readonly bot: string
  readonly device: string
  readonly key: SigningKey
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly link: () => Pick<Link, 'publish' | 'connected'>
  readonly sessions: Sessions
  /** The trader must be told something about a halt. */
  readonly onHalt: HaltsOptions['notify']
}

/** Halts whose acknowledgement is still of interest. */
const HALTS_KEPT = 100

export class Device {
  readonly #options: DeviceOptions
  readonly #waiting = new Map<string, (asked: DeviceReply) => void>()
  readonly #halts: Halts
  readonly #haltCommands = new Set<string>()

  constructor(options: DeviceOptions) {
    this.#options = options
    const { sessions, onHalt: notify } = options
    this.#halts = new Halts({ sessions, notify, send: (user) => this.#haltAgain(user) })
  }

  /** `user` is the Telegram user who asks. */
  async ask(instruction: Instruction, user: number): Promise<DeviceReply> {
    const { promise, resolve } = Promise.withResolvers<DeviceReply>()
    const jti = newJti(this.#options.randomBytes)
    const cancel = this.#options.clock.after(TIMEOUT_MS, () => resolve({ outcome: 'silent' }))
    this.#waiting.set(jti, resolve)
    if (instruction.do === 'halt') {
      this.#noteHalt(jti)
      this.#halts.begin(user, this.#options.clock.now())
    }
    try {
      await this.#command(instruction, `telegram:${user}`, jti)
      return await promise
    } catch {
      return { outcome: 'silent' }
    } finally {
      cancel()
      this.#waiting.delete(jti)
    }
  }

  /** Asks for the reports after number `after` once more. They come as reports, not as an answer. */
  async replay(after: number): Promise<void> {
    await this.#command({ do: 'replay', after }, 'bot', newJti(this.#options.randomBytes))
  }

  /** `expires` is the order's, in seconds. Rejects when it could not be handed to the broker. */
  async answerOrder(
    answer: Pick<Approval, 'order' | 'answer' | 'code' | 'value'>,
    user: number,
    expires: number,
  ): Promise<void> {
    const { bot, device, key, clock, randomBytes } = this.#options
    const iat = seconds(clock.now())
    const exp = Math.min(expires, iat + APPROVAL_LIFE)
    const registered = { iss: bot, aud: device, iat, exp, jti: newJti(randomBytes) }
    const claims = { ...registered, sub: `telegram:${user}`, ...answer }
    await this.#options.link().publish(commandTopic(device), sign('approval', claims, key))
  }

  /** Call when a message from the device arrives, and every few seconds: an unacknowledged halt is sent again. */
  async repeatHalt(): Promise<void> {
    await this.#halts.repeat(this.#options.clock.now())
  }

  #noteHalt(jti: string): void {
    this.#haltCommands.add(jti)
    for (const oldest of this.#haltCommands)
      if (this.#haltCommands.size > HALTS_KEPT) this.#haltCommands.delete(oldest)
  }

  async #haltAgain(user: number): Promise<void> {
    const jti = newJti(this.#options.randomBytes)
    this.#noteHalt(jti)
    await this.#command({ do: 'halt' }, `telegram:${user}`, jti)
  }

  /** Resolves the pending command with this answer. `session`: the run of the device that sent it. */
  resolveAnswer(command: string, answer: Answer, session: string): void {
    if (answer.about === 'done' && this.#haltCommands.delete(command))
      this.#halts.acknowledge(session)
    this.#waiting.get(command)?.({ outcome: 'answered', answer })
  }

  /** Whether an answer is awaited. */
  isAwaiting(): boolean {
    return this.#waiting.size > 0
  }

  close(): void {
    for (const resolve of this.#waiting.values()) resolve({ outcome: 'stopped' })
  }

  async #command(instruction: Instruction, sub: string, jti: string): Promise<void> {
    const { bot, device, key, clock } = this.#options
    const iat = seconds(clock.now())
    const registered = { iss: bot, aud: device, iat, exp: iat + COMMAND_LIFE, jti }
    const token = sign('command', { ...registered, sub, instruction }, key)
    await this.#options.link().publish(commandTopic(device), token)
  }
}
