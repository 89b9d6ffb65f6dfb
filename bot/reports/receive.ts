// What arrives from the device: opened, put in order, told and stored before its PUBACK.
import {
  type Keyring,
  keyring,
  open,
  type Presence,
  presenceTopic,
  type Report,
  reportTopic,
} from '@keyside/protocol'
import { publicKey } from '@keyside/protocol/node'
import {
  type Chance,
  type Clock,
  describeError,
  isBusy,
  type Logger,
  seconds,
} from '@keyside/runtime'
import type { BotConfig } from '../config.ts'
import type { Device } from '../device.ts'
import { readDevice, writeDevice } from '../store/device.ts'
import { putMessage } from '../store/messages.ts'
import { type Store, transact } from '../store/open.ts'
import { findOwner } from '../store/owner.ts'
import { lostText, untold } from '../texts/events.ts'
import type { Html } from '../texts/html.ts'
import { keepForOwner } from './before-owner.ts'
import { tellPresence } from './presence.ts'
import { Gap, placeOf } from './sequence.ts'
import { tell } from './tell.ts'

export interface ReceiverDeps {
  readonly store: Store
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Logger
  readonly device: Pick<Device, 'replay' | 'settle' | 'isAsked'>
  /** Something to send was written. */
  readonly kick: () => void
}

export class Receiver {
  readonly topics: readonly string[]
  readonly #bot: string
  readonly #pins: Keyring
  readonly #deps: ReceiverDeps
  readonly #gap = new Gap()

  constructor({ id, device }: Pick<BotConfig, 'id' | 'device'>, deps: ReceiverDeps) {
    const key = publicKey(device.key)
    this.topics = [reportTopic(device.id), presenceTopic(device.id)]
    this.#bot = id
    this.#pins = keyring([{ key, issuer: device.id, kinds: ['report', 'presence'] }])
    this.#deps = deps
  }

  /** Throws when the store fails: the message is then not acknowledged. */
  receive(topic: string, token: string): void {
    const now = seconds(this.#deps.clock.now())
    const isReport = topic === this.topics[0]
    const opened = open(token, this.#pins, {
      kinds: isReport ? ['report'] : ['presence'],
      audience: isReport ? this.#bot : 'everyone',
      now,
      topic,
    })
    if (!opened.ok)
      this.#deps.log.warn(
        { code: 'report_refused', why: opened.code, topic },
        `a message on ${topic} was refused: ${opened.message}`,
      )
    else if (opened.kind === 'report') this.#report(opened.claims)
    else this.#presence(opened.claims)
    this.#deps.kick()
  }

  /** After each connection: reports may have been missed. */
  catchUp(): void {
    const { device, store, log } = this.#deps
    device
      .replay(readDevice(store).seq)
      .catch((error) => log.debug({ err: describeError(error) }, 'reports not asked for'))
  }

  /** Call every 3 s. */
  tick(): void {
    if (this.#gap.isStuck(readDevice(this.#deps.store).seq)) this.catchUp()
  }

  #report(report: Report): void {
    const { store, device } = this.#deps
    // An answer is for whoever waits now, in order or not.
    if (report.event.type === 'answer') device.settle(report.event.to, report.event.answer)
    const last = readDevice(store).seq
    const place = placeOf(report.seq, last, this.#gap.asks)
    const newGap = this.#gap.notice(report.seq, last)
    if (place === 'seen') return
    if (place === 'gap') {
      if (newGap) this.catchUp()
      return
    }
    if (place === 'after_lost') this.#confess(report.seq - last - 1)
    this.#take(report)
    this.#gap.progress()
  }

  /** A report that cannot be told must not stop those behind it. */
  #take(report: Report): void {
    try {
      this.#store(report, () => this.#tell(report))
    } catch (error) {
      // Whoever holds the store lets go of it: then the report comes again, and can be told.
      if (isBusy(error)) throw error
      this.#deps.log.error(
        { code: 'report_untold', seq: report.seq, err: describeError(error) },
        'a report could not be told',
      )
      this.#store(report, () => this.#say(untold))
    }
  }

  #store({ seq, iat }: Report, write: () => void): void {
    const { store, clock } = this.#deps
    transact(store, () => {
      write()
      const signed = Math.max(iat, readDevice(store).signed)
      writeDevice(store, { seq, signed, heard: clock.now() })
    })
  }

  #tell(report: Report): void {
    const { store, chance, clock, device } = this.#deps
    const { event } = report
    // The answer that follows says it too.
    if (event.type === 'state' && event.by.startsWith('telegram:') && device.isAsked()) return
    const owner = findOwner(store)
    if (owner === null) keepForOwner(store, report)
    else tell({ store, chance, owner, now: clock.now() }, report)
  }

  #confess(count: number): void {
    this.#deps.log.error({ code: 'reports_lost', count }, 'the device no longer has some reports')
    this.#say(lostText(count))
  }

  #say(text: Html): void {
    const { store, clock } = this.#deps
    const owner = findOwner(store)
    if (owner !== null)
      putMessage(store, { chat: owner.chat, content: { html: text.text } }, clock.now())
  }

  #presence(presence: Presence): void {
    const { store, clock } = this.#deps
    const known = readDevice(store)
    // A broker can show an old presence again; only a newer one may begin the numbers anew.
    const isNews = presence.state === 'online' && presence.iat > known.signed
    const reports = presence.reports ?? known.seq
    const restarted = isNews && reports < known.seq
    if (restarted) this.#gap.restart()
    transact(store, () => {
      tellPresence(store, known, presence.state, clock.now())
      writeDevice(store, {
        presence: presence.state,
        ...(isNews && { signed: presence.iat, heard: clock.now() }),
        ...(restarted && { seq: 0 }),
      })
    })
    if (restarted || this.#gap.notice(reports, readDevice(store).seq)) this.catchUp()
  }
}
