// Limits on retained messages: in number and bytes, and for each client.
import { ALLOWED, deny, type Verdict } from './acl.ts'
import type { BrokerLimits } from './config.ts'

type Limits = Pick<BrokerLimits, 'maxRetained' | 'maxRetainedPerClient' | 'maxRetainedBytes'>

interface RetainedMessage {
  readonly client: string
  readonly bytes: number
}

export class Retained {
  readonly #limits: Limits
  readonly #kept = new Map<string, RetainedMessage>()
  readonly #byClient = new Map<string, number>()
  #bytes = 0

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** Counts one more message with the flag `retain` if the limits allow it. An empty one clears its topic. */
  store(client: string, topic: string, bytes: number): Verdict {
    const before = this.#kept.get(topic)
    if (bytes === 0) {
      this.#drop(topic, before)
      return ALLOWED
    }
    const added = { client, bytes: bytes + topic.length }
    const verdict = this.#room(added, before)
    if (!verdict.ok) return verdict
    this.#drop(topic, before)
    this.#kept.set(topic, added)
    this.#byClient.set(client, this.#of(client) + 1)
    this.#bytes += added.bytes
    return ALLOWED
  }

  #room({ client, bytes }: RetainedMessage, before: RetainedMessage | undefined): Verdict {
    const { maxRetained, maxRetainedPerClient, maxRetainedBytes } = this.#limits
    const one = before === undefined ? 1 : 0
    if (this.#kept.size + one > maxRetained)
      return deny('retained_full', `${maxRetained} messages are retained already, on other topics`)
    if (this.#of(client) + (before?.client === client ? 0 : 1) > maxRetainedPerClient)
      return deny(
        'retained_full',
        `a client may have at most ${maxRetainedPerClient} retained messages`,
      )
    if (this.#bytes - (before?.bytes ?? 0) + bytes > maxRetainedBytes)
      return deny('retained_full', `at most ${maxRetainedBytes} bytes are retained`)
    return ALLOWED
  }

  #drop(topic: string, kept: RetainedMessage | undefined): void {
    if (kept === undefined) return
    this.#kept.delete(topic)
    this.#bytes -= kept.bytes
    const left = this.#of(kept.client) - 1
    if (left === 0) this.#byClient.delete(kept.client)
    else this.#byClient.set(kept.client, left)
  }

  #of(client: string): number {
    return this.#byClient.get(client) ?? 0
  }
}
