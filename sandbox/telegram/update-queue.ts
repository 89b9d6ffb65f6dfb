// Hands updates to one long-polling bot in order, each until the bot confirms it.
import { TelegramRefusal } from './refusals.ts'
import type { Update } from './wire.ts'

/** Kinds Telegram leaves out unless a bot asks for them by name. */
const ONLY_ON_REQUEST = new Set(['chat_member', 'message_reaction', 'message_reaction_count'])

export type Poll = {
  offset?: number | undefined
  limit?: number | undefined
  /** Seconds to hold the request open while there is nothing to tell. */
  timeout?: number | undefined
  allowed_updates?: readonly string[] | undefined
}

type Waiter = { wake: () => void; refuse: (reason: Error) => void }

export class UpdateQueue {
  #pending: Update[] = []
  #forged: Update[] = []
  #allowed: readonly string[] = []
  #nextId: number
  #waiter: Waiter | undefined

  constructor(firstId: number) {
    this.#nextId = firstId
  }

  get pending(): number {
    return this.#pending.length + this.#forged.length
  }

  get allowed(): readonly string[] {
    return this.#allowed
  }

  /** Returns the update's id, or undefined when the bot did not ask for this kind. */
  push(kind: string, payload: unknown): number | undefined {
    if (!this.#wants(kind)) return undefined
    const update_id = this.#nextId
    this.#nextId += 1
    this.#pending.push({ update_id, [kind]: payload })
    this.#waiter?.wake()
    return update_id
  }

  /** A forged update is delivered once as it is, even with an id the bot has already confirmed. */
  inject(raw: { update_id?: number | undefined; [kind: string]: unknown }): number {
    const update_id = raw.update_id ?? this.#nextId
    this.#nextId = Math.max(this.#nextId, update_id + 1)
    this.#forged.push({ ...raw, update_id })
    this.#waiter?.wake()
    return update_id
  }

  drop(): void {
    this.#pending = []
    this.#forged = []
  }

  /** The newest poller wins and the older one is told so, as Telegram does it. */
  async take(poll: Poll, signal: AbortSignal): Promise<Update[]> {
    this.#waiter?.refuse(new TelegramRefusal('conflict'))
    if (poll.allowed_updates) this.#allowed = poll.allowed_updates
    this.#confirm(poll.offset ?? 0)
    const seconds = Math.min(poll.timeout ?? 0, 50)
    if (this.pending === 0 && seconds > 0) await this.#wait(seconds * 1000, signal)
    return signal.aborted ? [] : this.#deliver(poll.limit ?? 100)
  }

  #deliver(limit: number): Update[] {
    const forged = this.#forged.splice(0, limit)
    return [...forged, ...this.#pending.slice(0, limit - forged.length)]
  }

  #confirm(offset: number): void {
    this.#pending =
      offset < 0
        ? this.#pending.slice(offset)
        : this.#pending.filter((update) => update.update_id >= offset)
  }

  #wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, milliseconds)
    const waiter = { wake: resolve, refuse: reject }
    this.#waiter = waiter
    signal.addEventListener('abort', () => resolve(), { once: true })
    return promise.finally(() => {
      clearTimeout(timer)
      if (this.#waiter === waiter) this.#waiter = undefined
    })
  }

  #wants(kind: string): boolean {
    return this.#allowed.length === 0 ? !ONLY_ON_REQUEST.has(kind) : this.#allowed.includes(kind)
  }
}
