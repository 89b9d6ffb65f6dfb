// What the pages of /settings say.

import { type Html, html, lines } from './html.ts'
import { amount, time, zone } from './numbers.ts'
import type { Style } from './style.ts'
import { clockText } from './zone.ts'

interface Shown extends Style {
  readonly quietHours: QuietHours
  readonly daily: number | null
  readonly weekly: { readonly day: number; readonly at: number } | null
}

/** Minutes since midnight. */
type QuietHours = { readonly from: number; readonly to: number } | null

export interface SettingsRow {
  /** As the command takes it. */
  readonly name: string
  readonly title: string
  readonly loudness: string
}

export const settingsChanged = html`✅ Changed.`

export const settingsUnread = html`I did not understand that, so nothing has changed. For example <code>/settings timezone Europe/Berlin</code>, <code>numbers 1.234,56</code>, <code>quiet 22:00-07:00</code>, <code>daily 08:00</code>, <code>weekly mon 08:00</code>, <code>fill silent</code>; or <code>off</code>.`

export function settingsText(settings: Shown, now: number): Html {
  return lines(
    html`<b>Settings</b> of this bot; none of them changes what is traded`,
    html`Time zone <b>${settings.timeZone}</b>, now ${time(now, now)} ${zone(now)}`,
    html`Numbers <b>${amount('1234.56')}</b>`,
    html`Quiet hours <b>${quietOf(settings.quietHours)}</b>`,
    html`Summary of the day <b>${dailyOf(settings)}</b>, of the week <b>${weeklyOf(settings)}</b>`,
  )
}

export function zoneText(timeZone: string, now: number): Html {
  return lines(
    html`<b>Time zone</b> ${timeZone}: it is ${time(now, now)} ${zone(now)}`,
    html`Any other: <code>/settings timezone Europe/Madrid</code>. Limits of a day still begin at 00:00 UTC, ${time(midnightAfter(now), midnightAfter(now))} for you.`,
  )
}

const DAY_MS = 86_400_000

function midnightAfter(now: number): number {
  return now - (now % DAY_MS) + DAY_MS
}

export function numbersText(): Html {
  return html`<b>Numbers</b> look like ${amount('1234.56')}. What you write to me has a point and no groups: <code>1234.56</code>.`
}

export function quietText(quietHours: QuietHours): Html {
  return lines(
    html`<b>Quiet hours</b> ${quietOf(quietHours)}`,
    html`Then nothing rings but a halt, and what needs you at once. Other hours: <code>/settings quiet 21:30-06:45</code>.`,
  )
}

export function summariesText(settings: Pick<Shown, 'daily' | 'weekly'>): Html {
  return lines(
    html`<b>Summaries</b>: of the day ${dailyOf(settings)}, of the week ${weeklyOf(settings)}`,
    html`The one of the day also tells what is set to digest. Other times: <code>/settings daily 07:30</code>, <code>/settings weekly fri 17:00</code>.`,
  )
}

export function noticesText(rows: readonly SettingsRow[]): Html {
  return lines(
    html`<b>What rings</b>: on, silent, in the digest, or off. A press goes on to the next; by words <code>/settings fill silent</code>.`,
    html`What needs you can be silent, and never off.`,
    ...rows.map(({ name, title, loudness }) => html`${name}: ${title} · <b>${loudness}</b>`),
  )
}

function quietOf(quietHours: QuietHours): string {
  return quietHours === null
    ? 'off'
    : `${clockText(quietHours.from)} to ${clockText(quietHours.to)}`
}

function dailyOf({ daily }: Pick<Shown, 'daily'>): string {
  return daily === null ? 'off' : `at ${clockText(daily)}`
}

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

function weeklyOf({ weekly }: Pick<Shown, 'weekly'>): string {
  return weekly === null ? 'off' : `${DAYS[weekly.day - 1]} at ${clockText(weekly.at)}`
}
