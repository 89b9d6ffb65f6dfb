// The settings of the policy in a trader's words: what can be lowered, what a change would be, and what waits at the device.
import { type Answer, isDecimal, shownStream } from '@keyside/protocol'
import { type Html, html, lines, list } from './html.ts'
import { amount } from './numbers.ts'

type About<Name extends Answer['about']> = Extract<Answer, { about: Name }>

const TITLES: Readonly<Record<string, string>> = {
  'limits.order': 'One order',
  'limits.hour': 'Entries of an hour',
  'limits.day': 'Entries of a day',
  'limits.position': 'In one market',
  'limits.day_loss': 'Loss of a day',
  'limits.drawdown': 'Fall below the best',
  'limits.orders_per_minute': 'Orders a minute',
  'limits.orders_per_day': 'Orders a day',
  'limits.round_trips': 'Round trips a day',
  collar: 'Above the price now',
  spread: 'Between bid and ask',
  max_stop_distance: 'Stop below the price',
  fat_finger: 'Times the usual order',
  approval: 'Asks you',
  code_above: 'Code above',
}

const OF_STREAM = /^streams\.([^.]+)\.(allocation|lifetime_budget)$/

/** "Entries of a day"; what has no words of its own is named as policy.yaml does. */
export function settingTitle(setting: string): string {
  const [, stream, which] = OF_STREAM.exec(setting) ?? []
  if (stream !== undefined)
    return `${which === 'allocation' ? 'Allocation' : 'Lifetime budget'} of ${shownStream(stream)}`
  const [, market] = /^markets\.(.+)$/.exec(setting) ?? []
  return market === undefined ? (TITLES[setting] ?? setting) : `Market ${market}`
}

/** Numbers in it as the owner reads them: "above 1.000 USDT". */
export function settingValue(value: string): string {
  return value.replace(/\d+(?:\.\d+)?/g, (number) => (isDecimal(number) ? amount(number) : number))
}

export function policyText({ currency, rows, requests, more }: About<'policy'>): Html {
  const shown = rows.map(({ setting, to, accepted }) => {
    const was = accepted === undefined ? '' : ` (lowered here, was ${settingValue(accepted)})`
    return html`${settingTitle(setting)} <b>${settingValue(to)}</b>${was}`
  })
  return lines(
    list(html`<b>Your policy</b>, amounts in ${currency}`, shown, { left: more }),
    requests.length === 0 ? null : requestsText(requests),
  )
}

/** What waits at the device. */
function requestsText(requests: About<'policy'>['requests']): Html {
  const rows = requests.map(
    ({ number, setting, to }) => html`${number}. ${settingTitle(setting)}: ${settingValue(to)}`,
  )
  return list(html`⏳ <b>Wait at your device</b> (<code>keyside requests</code>)`, rows)
}

/** One setting and how it is lowered; or those of approvals. `wordOf`: its name behind /limits. */
export function settingsDownText(
  rows: readonly About<'policy'>['rows'][number][],
  isConfirm: boolean,
  wordOf: (setting: string) => string | null,
): Html {
  const shown = rows.map(
    ({ setting, to }) => html`${settingTitle(setting)} <b>${settingValue(to)}</b>`,
  )
  const word = wordOf(rows[0]?.setting ?? '')
  const hint = isConfirm
    ? html`Or <code>/confirm always</code>, <code>/confirm above 100</code>, <code>/confirm code 300</code>.`
    : word !== null && html`Or an amount of your own: <code>/limits ${word} …</code>`
  return lines(
    ...shown,
    html`What you press is shown exactly, and asked about, before it counts.`,
    hint === false ? null : hint,
  )
}

export const limitsUnread = html`I did not understand that, so <b>nothing has changed</b>. For example <code>/limits day 500</code>, <code>order</code>, <code>hour</code>, <code>position</code>, <code>loss</code>, <code>drawdown</code>, <code>minute</code>, <code>orders</code>, <code>trips</code>, <code>size</code> with a number, <code>collar 0.3</code>, <code>spread</code>, <code>stop</code> in percent, <code>/limits home/ema-cross 400</code> for an allocation. A number has a point and no groups. What allows more waits at your device; so does <code>/limits market SOL/USDT</code>.`

export const confirmUnread = html`I did not understand that, so <b>nothing has changed</b>. <code>/confirm always</code> asks you before every order, <code>/confirm above 100</code> before larger ones, <code>/confirm code 300</code> wants your authenticator's code above that.`

/** What would change, exactly, or has changed. */
export function changeText(change: About<'change'>): Html {
  const { step, effect, request, note } = change
  const head =
    request === undefined
      ? CHANGE_HEADS[effect][step]
      : html`⏳ <b>Waits at your device</b> as number ${request}. Nothing has changed yet.`
  return lines(
    head,
    ...changeRows(change),
    note === undefined ? null : html`⚠️ ${note}`,
    request === undefined ? null : html`There: <code>keyside requests</code>`,
  )
}

const CHANGE_HEADS = {
  tightens: {
    preview: html`<b>Lower this?</b> It holds until your device accepts a policy again.`,
    apply: html`✅ <b>Lowered</b>, at once. Only your device raises it again.`,
  },
  loosens: {
    preview: html`<b>This allows more, so only your device can do it.</b> Let it wait there?`,
    apply: html`⏳ <b>Waits at your device.</b> Nothing has changed yet.`,
  },
}

function changeRows({ changes }: About<'change'>): readonly Html[] {
  return changes.map(({ setting, from, to }) => {
    const none = to === 'allowed' ? 'not allowed' : 'nothing'
    const before = from === undefined ? none : settingValue(from)
    const after = to === undefined ? 'nothing' : settingValue(to)
    return html`${settingTitle(setting)}: ${before} → <b>${after}</b>`
  })
}
