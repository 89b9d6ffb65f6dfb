// Signs reports with the device's key and sends them to the home broker, in their order.
import {
  HOME,
  type Presence,
  presenceTopic,
  reportTopic,
  type SigningKey,
  seconds,
  sign,
  WIRE_VERSIONS,
} from '@keyside/protocol'
import { type Clock, type Link, type Logger, newJti, type RandomBytes } from '@keyside/runtime'
import { sentenceOf } from './core/model/codes.ts'
import type { Money } from './core/model/exchange.ts'
import type { OutboxReport } from './journal/journal.ts'

/** A replay is read by one bot: more than this at once would only fill queues. */
export const MAX_REPLAYED = 200
const REPORT_LIFE_S = 7 * 86_400
const PRESENCE_LIFE_S = 31 * 86_400

const UNSENDABLE = {
  type: 'notice',
  level: 'error',
  code: 'report_unsendable',
  message: sentenceOf('report_unsendable'),
} as const

export interface ReportPublisherOptions {
  /** This device's id. */
  readonly device: string
  readonly audience: string
  /** Names this run of the program. */
  readonly session: string
  /** Names the journal that numbers the reports. */
  readonly journal: () => string
  readonly key: SigningKey
  /** What the orders that are reported are paid with. */
  readonly money: () => Money
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly log: Logger
}

export class ReportPublisher {
  readonly #options: ReportPublisherOptions
  #link: Link | null = null
  #last = 0

  constructor(options: ReportPublisherOptions) {
    this.#options = options
  }

  attach(link: Link): void {
    this.#link = link
  }

  /** What cannot be sent now is in the outbox: presence tells the bot the last number, and it asks. */
  send(reports: readonly OutboxReport[]): void {
    for (const report of reports) {
      this.#last = Math.max(this.#last, report.seq)
      this.#publish(reportTopic(this.#options.device), this.#signAny(report), false)
    }
  }

  /** For a report that the wire cannot carry, a notice takes its number: one bad report ends neither us nor a replay. */
  #signAny(report: OutboxReport): string {
    try {
      return this.#sign(report)
    } catch (error) {
      const { code } = UNSENDABLE
      const { seq, event } = report
      this.#options.log.warn({ err: error, code, report: seq, event: event.type }, sentenceOf(code))
      return this.#sign({ ...report, event: UNSENDABLE })
    }
  }

  #sign({ seq, at, event }: OutboxReport): string {
    const { device, audience, key, session, money } = this.#options
    return sign(
      'report',
      {
        ...this.#registered(audience, REPORT_LIFE_S),
        iss: device,
        seq,
        session,
        at: seconds(at),
        ...(money() === 'paper' && { money: 'paper' as const }),
        event,
      },
      key,
    )
  }

  /** Retained, after each connection. */
  announce(last: number): void {
    this.#last = Math.max(this.#last, last)
    this.#publish(this.presenceTopic(), this.presence('online'), true)
  }

  presenceTopic(): string {
    return presenceTopic(HOME, this.#options.device)
  }

  /** Also the MQTT will, signed before there is a connection. */
  presence(state: Presence['state']): string {
    const { device, key, session, journal } = this.#options
    const claims = {
      ...this.#registered(HOME, PRESENCE_LIFE_S),
      iss: device,
      sub: device,
      state,
      versions: [...WIRE_VERSIONS],
      reports: this.#last,
      session,
      journal: journal(),
    }
    return sign('presence', claims, key)
  }

  #registered(aud: string, life: number) {
    const iat = seconds(this.#options.clock.now())
    return { aud, iat, exp: iat + life, jti: newJti(this.#options.randomBytes) }
  }

  #publish(topic: string, token: string, retain: boolean): void {
    if (this.#link?.connected() !== true) return
    this.#link
      .publish(topic, token, { retain })
      .catch((error: unknown) => this.#options.log.warn({ err: error, topic }, 'not published'))
  }

  /** Publishes the offline presence that the will would. */
  async leave(): Promise<void> {
    if (this.#link?.connected() !== true) return
    const gone = this.#link.publish(this.presenceTopic(), this.presence('offline'), {
      retain: true,
    })
    await gone.catch(() => undefined)
  }
}
