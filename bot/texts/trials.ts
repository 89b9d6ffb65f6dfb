// What becomes of a rule from the chat: whether it trades on paper, tells something, and how it ends.
import type { Decimal, ProviderResponse } from '@keyside/protocol'
import { type Html, html, lines } from './html.ts'
import { sum } from './numbers.ts'

type Tried = Extract<ProviderResponse['answer'], { do: 'tried' }>

/** Where a trial is traded: on paper accounts whose policy says so. */
export interface PaperAccount {
  /** By the bot's name. */
  readonly device: string
  /** Each trial's allocation, in the policy's currency; null where the policy has none for trials. */
  readonly allocation: Decimal | null
  readonly currency: string
}

export const NO_PAPER: readonly PaperAccount[] = []

/** Whether a rule has alerts alone. */
export function isWatch({ rules }: Pick<Tried, 'rules'>): boolean {
  return !rules.some(({ part }) => /^(?:enter|code)/.test(part)) && tells({ rules })
}

function tells({ rules }: Pick<Tried, 'rules'>): boolean {
  return rules.some(({ part }) => part.startsWith('alert'))
}

/** `papers`: what the paper accounts of this bot say; none where there is no such account. */
export function fateText(
  { name, streams, rules }: Pick<Tried, 'name' | 'streams' | 'rules'>,
  papers: readonly PaperAccount[],
): Html {
  if (isWatch({ rules }))
    return html`It runs now, orders nothing, and tells you here each time it begins to hold. <code>/strategy ${name} stop</code> ends it.`
  const said = tells({ rules }) ? html`What its alerts say is told here.` : null
  const trading = papers.filter(({ allocation }) => allocation !== null)
  if (trading.length > 0)
    return lines(
      ...trading.map(
        ({ device, allocation, currency }) =>
          html`It runs now <b>on paper</b>, on ${device}, as ${streams.join(', ')}, with at most ${sum(allocation ?? '0')} ${currency}. Its orders come here as any others, and no money is behind them.`,
      ),
      said,
    )
  const [silent] = papers
  return lines(
    html`It runs now as a trial, ${streams.join(', ')}, and <b>trades nothing</b>: its signals are counted in /strategies.`,
    silent === undefined
      ? html`A paper account would trade it at once: <code>keyside accounts add paper --exchange paper</code> at the device.`
      : html`Your paper account ${silent.device} would trade it at once with a line <code>trials: 1000</code> in its policy.yaml.`,
    said,
  )
}

export function realText(name: string): Html {
  return html`For real money, at the device: <code>keyside strategy accept ${name}</code>`
}

export const toldOnceText: Html = html`Told once, as you wanted: it has ended.`

export function endsText(trial: string): Html {
  return html`<code>/strategy ${trial} stop</code> ends it.`
}

export function onceText(trial: string, once: 'yes' | 'no'): Html {
  return once === 'yes'
    ? html`🔔 <b>${trial}</b> tells you <b>once</b>, and ends then.`
    : html`🔔 <b>${trial}</b> tells you <b>each time</b> it begins to hold.`
}
