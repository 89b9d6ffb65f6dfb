// Messages from one device: verified, ordered, turned into notifications and stored before their PUBACK.
import {
  HOME,
  type Keyring,
  keyring,
  type Presence,
  presenceTopic,
  type Report,
  reportTopic,
  seconds,
  verify,
} from '@keyside/protocol'
import { publicKey } from '@keyside/protocol/node'
import { type Clock, describeError, isBusy, type Logger, type RandomBytes } from '@keyside/runtime'
import type { Device } from '../device/device.ts'
import type { Sessions } from '../device/sessions.ts'
import { differsFromDelivered, forgetDelivered, markDelivered } from '../store/delivered.ts'
import { readDevice, writeDevice } from '../store/device.ts'
import { putMessage } from '../store/messages.ts'
import { type Store, transact } from '../store/open.ts'
import { findOwner } from '../store/owner.ts'
import { lostText, untold } from '../texts/events.ts'
import type { Html } from '../texts/html.ts'
import { keepForOwner } from './before-owner.ts'
import { notify } from './notify.ts'
import { AWAY_MS, notifyBack, notifyOffline } from './presence.ts'
import { Gap, placeOf } from './sequence.ts'

/** How many reports before the newest are fetched again from a session that appears beside another. */
const REPLAY_OVERLAP = 20

export interface ReceiverDeps {
  readonly store: Store
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly log: Logger
  readonly device: Pick<Device, 'replay' | 'resolveAnswer' | 'isAwaiting' | 'repeatHalt'>
  readonly sessions: Sessions
  /** Something to send was written. */
  readonly wake: () => void
}

export interface ReceiverOptions {
  /** The bot's own. */
  readonly id: string
  /** `name` is the bot's own for it. */
  readonly device: { readonly name: string; readonly id: string; readonly key: string }
}

export class Receiver {
  readonly topics: readonly string[]
  readonly #bot: string
  readonly #name: string
  readonly #pins: Keyring
  readonly #deps: ReceiverDeps
  readonly #gap = new Gap()
  /** When it was first seen to be offline, Unix ms; null while it is not, or has been told. */
  #offlineSince: number | null = null

  constructor({ id, device }: ReceiverOptions, deps: ReceiverDeps) {
    const key = publicKey(device.key)
    this.topics = [reportTopic(device.id), presenceTopic(HOME, device.id)]
    this.#bot = id
    this.#name = device.name
    this.#pins = keyring([{ key, issuer: device.id, kinds: ['report', 'presence'] }])
    this.#deps = deps
  }

  /** Throws when the store fails: the message is then not acknowledged. */
  receive(topic: string, token: string): void {
    const now = seconds(this.#deps.clock.now())
    const isReport = topic === this.topics[0]
    const verified = verify(token, this.#pins, {
      kinds: isReport ? ['report'] : ['presence'],
      audience: isReport ? this.#bot : HOME,
      now,
      topic,
    })
    if (!verified.ok)
      this.#deps.log.warn(
        { code: 'report_refused', why: verified.code, topic },
        `a message on ${topic} was refused: ${verified.message}`,
      )
    else if (verified.kind === 'report') this.#report(verified.claims)
    else this.#presence(verified.claims)
    this.#deps.wake()
  }

  /** After each connection: reports may have been missed. */
  catchUp(after = readDevice(this.#deps.store, this.#name).seq): void {
    const { device, log } = this.#deps
    device
      .replay(after)
      .catch((error) => log.debug({ err: describeError(error) }, 'reports not asked for'))
  }

  /** Call every 3 s. */
  tick(): void {
    this.#repeatHalt()
    this.#tellOffline()
    if (this.#gap.isStuck(readDevice(this.#deps.store, this.#name).seq)) this.catchUp()
  }

  /** No message for a device that is back at once, as after a restart. */
  #tellOffline(): void {
    const { store, clock, sessions, wake } = this.#deps
    const now = clock.now()
    const { presence, heard } = readDevice(store, this.#name)
    // Two sessions that alternate would go offline again and again.
    if (presence !== 'offline' || sessions.hasRivals(now)) {
      this.#offlineSince = null
      return
    }
    this.#offlineSince ??= now
    if (now - this.#offlineSince < AWAY_MS) return
    transact(store, () => notifyOffline(store, this.#name, heard, now))
    wake()
  }

  #repeatHalt(): void {
    const { device, log } = this.#deps
    device
      .repeatHalt()
      .catch((error) => log.debug({ err: describeError(error) }, 'the halt was not repeated'))
  }

  #report(report: Report): void {
    const { store, device, sessions, clock } = this.#deps
    const { event, session, money = 'not_paper' } = report
    // Before anything is shown of it.
    if (readDevice(store, this.#name).money !== money) writeDevice(store, this.#name, { money })
    if (sessions.markHeard(session, clock.now())) this.#repeatHalt()
    // Answers are not ordered: they go to the command that waits.
    if (event.type === 'answer') device.resolveAnswer(event.to, event.answer, session)
    const last = readDevice(store, this.#name).seq
    const place = placeOf(report.seq, last, this.#gap.asks)
    const newGap = this.#gap.notice(report.seq, last)
    // Two programs with copies of one journal use the same numbers: a report that differs is taken too.
    if (place === 'seen') {
      if (differsFromDelivered(store, this.#name, report)) this.#take(report)
      return
    }
    if (place === 'gap') {
      if (newGap) this.catchUp()
      return
    }
    if (place === 'after_lost') this.#reportLost(report.seq - last - 1)
    this.#take(report)
    this.#gap.progress()
  }

  /** A report that cannot be shown must not block the ones after it. */
  #take(report: Report): void {
    try {
      this.#store(report, () => this.#tell(report))
    } catch (error) {
      // The store is locked for the moment: without a PUBACK the broker delivers the report again.
      if (isBusy(error)) throw error
      this.#deps.log.error(
        { code: 'report_not_shown', seq: report.seq, err: describeError(error) },
        'a report could not be shown',
      )
      this.#store(report, () => this.#say(untold))
    }
  }

  #store(report: Report, write: () => void): void {
    const { store, clock } = this.#deps
    transact(store, () => {
      write()
      markDelivered(store, this.#name, report)
      const known = readDevice(store, this.#name)
      const signed = Math.max(report.iat, known.signed)
      writeDevice(store, this.#name, {
        seq: Math.max(report.seq, known.seq),
        signed,
        heard: clock.now(),
      })
    })
  }

  #tell(report: Report): void {
    const { store, randomBytes, clock, device } = this.#deps
    const { event } = report
    // The answer to the command reports it too.
    if (event.type === 'state' && event.by.startsWith('telegram:') && device.isAwaiting()) return
    const owner = findOwner(store)
    if (owner === null) keepForOwner(store, this.#name, report)
    else notify({ store, randomBytes, owner, device: this.#name, now: clock.now() }, report)
  }

  #reportLost(count: number): void {
    this.#deps.log.error(
      { code: 'reports_lost', count },
      'some reports cannot be fetched from the device any more',
    )
    this.#say(lostText(count))
  }

  #say(text: Html): void {
    const { store, clock } = this.#deps
    const owner = findOwner(store)
    if (owner === null) return
    const content = { html: text.text }
    const about = { chat: owner.chat, device: this.#name, kind: 'urgent' } as const
    putMessage(store, { ...about, content }, clock.now())
  }

  #presence(presence: Presence): void {
    const { store, clock, sessions } = this.#deps
    const known = readDevice(store, this.#name)
    const now = clock.now()
    // A broker can replay an old presence; only a newer one may reset the numbering.
    const isNews = presence.state === 'online' && presence.iat > known.signed
    const { reports = known.seq, session = '', journal = known.journal } = presence
    const isOther = isNews && sessions.markHeard(session, now)
    if (presence.state === 'online') this.#offlineSince = null
    const restarted = isNews && known.journal !== '' && journal !== known.journal
    if (restarted) this.#gap.restart()
    transact(store, () => {
      if (presence.state === 'online') notifyBack(store, this.#name, known.heard, now)
      if (restarted) forgetDelivered(store, this.#name)
      writeDevice(store, this.#name, {
        presence: presence.state,
        ...(isNews && { signed: presence.iat, heard: now, journal }),
        ...(restarted && { seq: 0 }),
      })
    })
    if (isOther) this.#repeatHalt()
    const { seq } = readDevice(store, this.#name)
    if (this.#gap.notice(reports, seq) || restarted) this.catchUp()
    // Reports of another session with this journal have numbers that count as delivered.
    else if (isOther) this.catchUp(Math.max(0, Math.min(seq, reports) - REPLAY_OVERLAP))
  }
}
