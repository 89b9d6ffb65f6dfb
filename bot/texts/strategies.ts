// What the chat says of strategies: the list, the checked rule, its year, and its mistakes with their carets.

import type { Answer, ProviderResponse } from '@keyside/protocol'
import { clip, type Html, html, lines, list } from './html.ts'
import { amount, date, signed } from './numbers.ts'
import { reasonText } from './reason.ts'
import { NARROW_COLUMNS } from './table.ts'
import { fateText, isWatch, NO_PAPER, type PaperAccount, realText } from './trials.ts'

type EngineAnswer = ProviderResponse['answer']
type About<Name extends EngineAnswer['do']> = Extract<EngineAnswer, { do: Name }>
type Results = Extract<Answer, { about: 'results' }>
type Row = About<'strategies'>['rows'][number]
type Backtest = Extract<About<'tried'>['backtest'], { ran: 'yes' }>

export const noEngine = html`No engine shares this home with your bot, so no strategy comes from here. One of your own comes with <code>keyside init --role alone</code>; a provider's strategies come from its own terminal.`

export const engineSilent = html`⚠️ <b>Your engine does not answer.</b> What you sent may count all the same: /strategies shows what runs, once it does.`

export const strategyHelp = html`I did not understand that, so nothing has changed. /strategies lists what runs, <code>/strategy mine</code> shows one, <code>/strategy mine stop</code> ends a trial. Send me a rule as it stands, and I try it; the word rule alone shows one.`

export const noFiles = html`I open no files: send the rule itself, as text. Code in TypeScript is put on the device.`

export const ruleTooLong = html`This is too long for a rule from the chat: it has at most 4,000 characters. A longer one is put on the device, as a file in <code>strategies/</code>.`

export const tryingText = html`⏳ Trying it on a year of candles…`

export const refusedText = (code: string, message: string): Html =>
  lines(html`<b>Nothing has changed.</b>`, reasonText(code, message))

export const droppedText = (name: string, papers: readonly PaperAccount[]): Html =>
  papers.length === 0
    ? html`⏹ The trial <b>${name}</b> has ended. Nothing was bought for it, so nothing has to be sold.`
    : html`⏹ The trial <b>${name}</b> has ended. What it may hold on paper keeps its stop: /positions shows it, and <code>/close</code> sells it.`

/** `results`: what the device has earned by stream; null where it did not answer. */
export function listText({ rows, more }: About<'strategies'>, results: Results | null): Html {
  if (rows.length === 0) return lines(html`No strategy runs.`, SEND_ONE)
  return lines(
    list(
      html`<b>Strategies</b>`,
      rows.map((row) => rowText(row, results)),
      { left: more ?? 0 },
    ),
    SEND_ONE,
  )
}

const SEND_ONE = html`Send me a rule, and I try it on a year of candles; the word rule alone shows one.`

function rowText(row: Row, results: Results | null): Html {
  const { name, from, market, timeframe, position, signals, model } = row
  const said = [
    `${market} ${timeframe} · ${position}`,
    ...(signals === 0 ? ['no signal yet'] : []),
    ...(from === 'device' ? earned(name, results) : []),
    ...(model === undefined || signals === 0 ? [] : modelLines(model)),
  ]
  return html`${from === 'chat' ? '🧪' : '▫️'} <b>${name}</b>
<pre>${said.map((line) => line.slice(0, NARROW_COLUMNS)).join('\n')}</pre>`
}

function earned(name: string, results: Results | null): readonly string[] {
  if (results === null) return ['the device did not answer']
  const own = results.rows.filter(({ key }) => key === `home/${name}`)
  if (own.length === 0) return ['no sale yet']
  return own.flatMap(({ trades, won, gain, negative, currency }) => [
    `${signed(gain, negative)} ${currency}`,
    `${trades} ${trades === 1 ? 'sale' : 'sales'}, ${won} won`,
  ])
}

/** A trial has bought nothing. */
function modelLines({ since, closed, won, percent }: NonNullable<Row['model']>): readonly string[] {
  return [
    `model since ${date(since * 1000)}, no fees:`,
    closed === 0 ? 'no trade closed yet' : `${percentText(percent)}, ${closed} closed, ${won} won`,
  ]
}

export function strategyText(
  answer: About<'strategy'>,
  papers: readonly PaperAccount[] = NO_PAPER,
): Html {
  const { name, from, markets, timeframe, params } = answer
  return lines(
    html`${from === 'chat' ? '🧪' : '▫️'} <b>${name}</b> · ${markets.join(', ')} · ${timeframe}`,
    rulesText(answer),
    from === 'chat'
      ? html`A trial: ${isWatch(answer) ? 'it orders nothing' : papers.some(({ allocation }) => allocation !== null) ? 'it trades on paper alone' : 'it trades nothing'}. <code>/strategy ${name} stop</code> ends it.`
      : html`A file of your device. What you change here runs beside it, as a trial.`,
    params.length === 0 ? null : TURN,
  )
}

const TURN = html`The buttons try other values.`

const BEFORE = {
  nothing: null,
  trial: html`It takes the place of the version before.`,
  device: html`The strategy of your device goes on beside it, unchanged.`,
} as const

export function triedText(
  answer: About<'tried'>,
  papers: readonly PaperAccount[] = NO_PAPER,
): Html {
  const { name, markets, timeframe, before, params } = answer
  return lines(
    html`🧪 <b>${name}</b> is right · ${markets.join(', ')} · ${timeframe}`,
    rulesText(answer),
    fateText(answer, papers),
    BEFORE[before],
    isWatch(answer) ? null : realText(name),
    params.length === 0 ? null : TURN,
  )
}

function rulesText({ rules }: Pick<About<'strategy'>, 'rules'>): Html {
  const said = rules.flatMap(({ part, text }) => [part, ...wrapped(text)])
  return html`<pre>${said.join('\n')}</pre>`
}

/** At spaces, the lines indented by two. */
function wrapped(text: string): readonly string[] {
  const all: string[] = []
  for (const word of text.split(' ')) {
    const last = all.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= NARROW_COLUMNS)
      all[all.length - 1] = `${last} ${word}`
    else all.push(`  ${word}`)
  }
  return all
}

/** The figures of a year, or why there are none. */
export function yearText({ name, markets, backtest }: About<'tried'>): Html {
  if (backtest.ran === 'no')
    return lines(
      html`<b>${name}</b> runs, and could not be tried on the past.`,
      reasonText(backtest.code, backtest.message),
    )
  const other = markets.length > 1 ? html` (the first of ${markets.length} markets)` : ''
  return lines(
    html`<b>${name}</b> on the past${other}`,
    html`<pre>${figureLines(backtest).join('\n')}</pre>`,
    ...backtest.notes.map((note) => html`${note}`),
    html`It can show that a rule is bad, never that it is good.`,
  )
}

function figureLines(backtest: Backtest): readonly string[] {
  const { figures, candles } = backtest
  const { percent, hold, drawdown, fees, trades, won, open, sharpe, profitFactor } = figures
  const rows: [string, string][] = [
    ['Result, fees off', percentText(percent)],
    ['Buy and hold', percentText(hold)],
    ['Largest fall', percentText(drawdown === '0' ? '0' : `-${drawdown}`)],
    ['Trades', open === 0 ? String(trades) : `${trades}, ${open} open`],
    ['Won', String(won)],
    ['Fees of the start', `${amount(fees)} %`],
    ...(sharpe === undefined ? [] : [['Sharpe', plain(sharpe)] as [string, string]]),
    ...(profitFactor === undefined
      ? []
      : [['Profit factor', plain(profitFactor)] as [string, string]]),
    ['Candles', amount(String(candles))],
    ['From', dayOf(backtest.from)],
    ['To', dayOf(backtest.to)],
  ]
  return rows.map(([left, right]) => `${left}${right.padStart(NARROW_COLUMNS - left.length)}`)
}

function percentText(figure: string): string {
  const negative = figure.startsWith('-')
  const value = figure.replace('-', '')
  return `${value === '0' ? '' : negative ? '−' : '+'}${amount(value)} %`
}

function plain(figure: string): string {
  return `${figure.startsWith('-') ? '−' : ''}${amount(figure.replace('-', ''))}`
}

function dayOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10)
}

/** Each with its line and a caret below the place; `text` is the rule, null where it is not at hand. */
export function mistakesText({ problems, more = 0 }: About<'mistakes'>, text: string | null): Html {
  const written = text?.split('\n') ?? []
  const count = problems.length + more
  return list(
    html`❌ <b>${count === 1 ? 'A mistake' : `${count} mistakes`}</b>, and nothing has changed.`,
    problems.map(({ line, column, message }) => {
      const shown = written[line - 1]
      const place = html`Line ${line}, column ${column}: ${clip(message, 300)}`
      return shown === undefined ? place : lines(place, caretText(shown, column))
    }),
    { left: more },
  )
}

/** As much of the line around the column as a phone shows, and the caret where that column is then. */
function caretText(line: string, column: number): Html {
  const at = Math.min(column - 1, line.length)
  const from = Math.max(0, Math.min(at - NARROW_COLUMNS / 2, line.length + 1 - NARROW_COLUMNS))
  const shown = line.slice(from, from + NARROW_COLUMNS).trimEnd()
  return html`<pre>${shown}\n${' '.repeat(at - from)}^</pre>`
}
