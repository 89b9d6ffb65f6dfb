// Sends the summary of a day and of a week, and what was kept for the digest: each once, also when the bot or the device
// was away at its time.
import type { Answer } from '@keyside/protocol'
import { type Clock, isBusy } from '@keyside/runtime'
import { equityOf } from '../charts/of-answer.ts'
import type { Device } from '../device/device.ts'
import { digestEntries, forgetDigest } from '../store/digest.ts'
import { notifyOwner, putMessage } from '../store/messages.ts'
import { type Store, transact } from '../store/open.ts'
import { findOwner, type Owner } from '../store/owner.ts'
import { summarySettings } from '../store/settings.ts'
import {
  forgetSummary,
  readSummary,
  type SummaryKind,
  type SummaryRow,
  writeSummary,
} from '../store/summaries.ts'
import { CAPTION_ROOM } from '../texts/html.ts'
import { digestText, summaryText, TITLES } from '../texts/summary.ts'
import { dueBefore, lastDue, type When } from './schedule.ts'

/** A device that does not answer is asked again after this, ms. */
const AGAIN_MS = 60_000
/** What is sent later than this after its time says so, ms. */
const LATE_MS = 300_000
/** The longest time that one summary covers, ms. */
const MAX_SPAN_MS = 31 * 86_400_000
/** If the clock was set back by more than this, a stored due time in the future is dropped, ms. */
const SET_BACK_MS = 86_400_000
/** When the digest is sent where no time for the day's summary is set. */
const DIGEST_AT = '08:00'

export interface SummariesDeps {
  readonly store: Store
  readonly clock: Pick<Clock, 'now'>
  /** Those that are served now. */
  readonly devices: readonly { readonly name: string; readonly device: Pick<Device, 'ask'> }[]
  /** Something to send was written. */
  readonly wake: () => void
  /** Runs in the style that the owner has chosen. */
  readonly styled: <T>(run: () => T) => T
}

type SummaryAnswer = Extract<Answer, { about: 'summary' }>

export class Summaries {
  readonly #deps: SummariesDeps
  /** By kind and device: when the device may be asked again, Unix ms. */
  readonly #askAgain = new Map<string, number>()

  constructor(deps: SummariesDeps) {
    this.#deps = deps
  }

  /** Call every few seconds. Resolves when all that was due is sent, or its device has not answered. */
  async tick(): Promise<void> {
    const { store, devices } = this.#deps
    const owner = findOwner(store)
    if (owner === null) return
    const { daily, weekly, zone } = summarySettings(store)
    const day: When | null = daily === 'off' ? null : { at: daily, zone }
    const week: When | null = weekly === 'off' ? null : { ...weekly, zone }
    this.#sendDigest(owner, day ?? { at: DIGEST_AT, zone })
    await Promise.all(
      devices.flatMap(({ name, device }) => [
        this.#send(owner, { kind: 'day', when: day, name, device }),
        this.#send(owner, { kind: 'week', when: week, name, device }),
      ]),
    )
  }

  async #send(
    owner: Owner,
    {
      kind,
      when,
      name,
      device,
    }: { kind: 'day' | 'week'; when: When | null; name: string; device: Pick<Device, 'ask'> },
  ): Promise<void> {
    const { store, clock } = this.#deps
    if (when === null) return forgetSummary(store, kind, name)
    const open = this.#dueNow(kind, name, when)
    if (open === null) return
    const key = `${kind} ${name}`
    const now = clock.now()
    const again = this.#askAgain.get(key) ?? 0
    if (now < again && again - now <= AGAIN_MS) return
    this.#askAgain.set(key, now + AGAIN_MS)
    const { due, row } = open
    const before = row.covered > 0 && row.covered < due ? row.covered : dueBefore(when, due)
    const since = Math.max(before, due - MAX_SPAN_MS)
    const instruction = { do: 'summary', since: since / 1000, until: due / 1000 } as const
    const asked = await device.ask(instruction, owner.user)
    if (asked.outcome !== 'answered' || asked.answer.about !== 'summary') return
    const answer = asked.answer
    this.#unlessBusy(() => this.#tell(answer, { kind, when, name, due }))
    this.#askAgain.delete(key)
  }

  /** In one transaction with what says that it is sent. */
  #tell(
    answer: SummaryAnswer,
    { kind, when, name, due }: { kind: 'day' | 'week'; when: When; name: string; due: number },
  ): void {
    const { store, clock, wake, styled } = this.#deps
    const now = clock.now()
    transact(store, () => {
      const owner = findOwner(store)
      if (owner === null || this.#dueNow(kind, name, when)?.due !== due) return
      const late = now - due > LATE_MS ? due : null
      const { text } = styled(() => summaryText(answer, { kind, late, now }))
      const { curve } = answer
      const chart = curve.points.length === 0 ? null : equityOf(curve, TITLES[kind])
      const about = { store, owner, device: name, now }
      const isLong = chart === null || text.length > CAPTION_ROOM
      if (isLong) notifyOwner(about, { html: text }, { kind: 'summary' })
      if (chart !== null)
        notifyOwner(about, { html: isLong ? chart.title : text, chart }, { kind: 'summary' })
      writeSummary(store, kind, name, { setting: settingOf(when), due, covered: due })
    })
    wake()
  }

  #sendDigest(owner: Owner, when: When): void {
    const { store, clock, wake, styled } = this.#deps
    const open = this.#dueNow('digest', '', when)
    if (open === null) return
    const now = clock.now()
    this.#unlessBusy(() =>
      transact(store, () => {
        const entries = digestEntries(store)
        const last = entries.at(-1)
        const { due } = open
        writeSummary(store, 'digest', '', { setting: settingOf(when), due, covered: due })
        if (last === undefined) return
        forgetDigest(store, last.id)
        const { text } = styled(() => digestText(entries, now))
        // Of no kind: what is kept for the digest is chosen already.
        putMessage(store, { chat: owner.chat, content: { html: text, quiet: true } }, now)
      }),
    )
    wake()
  }

  /** What is due and was not sent; null for nothing. What was just set, or set otherwise, is due from its next time on. */
  #dueNow(kind: SummaryKind, name: string, when: When): { due: number; row: SummaryRow } | null {
    const { store, clock } = this.#deps
    const now = clock.now()
    const due = lastDue(when, now)
    const setting = settingOf(when)
    const row = readSummary(store, kind, name)
    if (row === null || row.setting !== setting || row.due > now + SET_BACK_MS) {
      writeSummary(store, kind, name, { setting, due, covered: row?.covered ?? 0 })
      return null
    }
    return row.due < due ? { due, row } : null
  }

  /** The store is locked by another program: it is sent a little later. */
  #unlessBusy(run: () => void): void {
    try {
      run()
    } catch (error) {
      if (!isBusy(error)) throw error
    }
  }
}

function settingOf({ at, day, zone }: When): string {
  return [at, day ?? '', zone].join(' ')
}
