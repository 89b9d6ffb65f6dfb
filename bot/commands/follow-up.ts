// What an answer leads to: the second question about what it shows, or buttons that lead there.
import type { Answer } from '@keyside/protocol'
import Big from 'big.js'
import { instruct } from '../buttons/instruct.ts'
import type { Proposal, Question } from '../buttons/question.ts'
import type { Html } from '../texts/html.ts'
import { amount, currencies } from '../texts/numbers.ts'
import { settingsDownText } from '../texts/policy.ts'
import { shortText } from '../texts/price-alerts.ts'
import {
  cancelText,
  closeText,
  type EntryRow,
  noSuchEntry,
  protectText,
} from '../texts/ways-out.ts'
import type { Chosen } from './command-spec.ts'
import { changeQuestion, chosenRows, policyButtons } from './follow-policy.ts'
import { look } from './look-button.ts'
import { CONFIRM, nameOf as wordOf } from './setting-names.ts'

type About<Name extends Answer['about']> = Extract<Answer, { about: Name }>

export type FollowUp =
  | { readonly is: 'question'; readonly question: Question; readonly text?: undefined }
  /** Below the answer's own text, or this one. */
  | { readonly is: 'menu'; readonly rows: readonly Proposal[][]; readonly text?: Html }
  /** In place of it. */
  | { readonly is: 'text'; readonly text: Html }

/** Rows of buttons below one message. */
const MAX_ROWS = 8

/** `device` by the bot's name for it. Null where the answer leads to nothing more. */
export function followUp(answer: Answer, device: string, chosen: Chosen = {}): FollowUp | null {
  switch (answer.about) {
    case 'close':
      return { is: 'question', question: closeQuestion(answer, device) }
    case 'protect':
      return { is: 'question', question: protectQuestion(answer, device) }
    case 'entries':
      return entriesFollowUp(answer, device, chosen)
    case 'change': {
      const question = changeQuestion(answer, device)
      return question === null ? null : { is: 'question', question }
    }
    case 'limits':
      return { is: 'menu', rows: [[look('Lower one of them', device, { do: 'policy' })]] }
    case 'policy':
      return { is: 'menu', ...policyMenu(answer, device, chosen) }
    case 'positions':
      return answer.rows.length === 0 ? null : { is: 'menu', rows: positionButtons(answer, device) }
    case 'price_alerts':
      return answer.rows.length === 0 ? null : { is: 'menu', rows: alertButtons(answer, device) }
    default:
      return null
  }
}

function closeQuestion(answer: About<'close'>, device: string): Question {
  const { what, percent, rows, more = 0, shown } = answer
  const [row] = rows
  const label =
    row !== undefined && rows.length + more === 1
      ? `Sell ${amount(row.amount)} ${currencies(row.market).base}`
      : `Sell from ${rows.length + more} positions`
  const instruction = {
    do: 'close',
    ...(what !== undefined && { what }),
    percent,
    shown,
  } as const
  return { text: closeText(answer), yes: instruct(label, device, instruction, 'danger'), device }
}

/** The price that was shown: the same percentage of a later price would be another stop. */
function protectQuestion(answer: About<'protect'>, device: string): Question {
  const { what, to, shown } = answer
  const stop = { unit: 'price', value: to } as const
  const yes = instruct(`Stop up to ${amount(to)}`, device, { do: 'protect', what, to: stop, shown })
  return { text: protectText(answer), yes, device }
}

function entriesFollowUp(
  { rows }: About<'entries'>,
  device: string,
  { place, order }: Chosen,
): FollowUp | null {
  if (place === undefined && order === undefined)
    return rows.length === 0 ? null : { is: 'menu', rows: entryButtons(rows, device) }
  const row = rows.find((one, at) => one.order.id === order || at + 1 === place)
  if (row === undefined) return { is: 'text', text: noSuchEntry }
  const yes = instruct('Take it back', device, { do: 'cancel', order: row.order.id })
  return { is: 'question', question: { text: cancelText(row), yes, device } }
}

function entryButtons(rows: readonly EntryRow[], device: string): Proposal[][] {
  return rows.slice(0, MAX_ROWS).map(({ order }, at) => {
    const base = currencies(order.market).base
    return [
      look(
        `↩️ ${at + 1}. ${amount(order.amount)} ${base}`,
        device,
        { do: 'cancel' },
        { order: order.id },
      ),
    ]
  })
}

/** No buttons for a position that neither its stream nor its market names alone: several streams hold several markets. */
function positionButtons({ rows }: About<'positions'>, device: string): Proposal[][] {
  return rows.slice(0, MAX_ROWS).flatMap((row) => {
    const what = nameOf(row, rows)
    if (what === null) return []
    const { base } = currencies(row.market)
    const isEven = new Big(row.price).gt(row.entry) && new Big(row.stop ?? 0).lt(row.entry)
    return [
      [
        look(`Close ${base}`, device, { do: 'close', what, percent: 100 }),
        look('Half', device, { do: 'close', what, percent: 50 }),
        ...(isEven
          ? [look('Break-even', device, { do: 'protect', what, to: { unit: 'entry' } })]
          : []),
      ],
    ]
  })
}

/** Each takes one out, and shows the list that is left. */
function alertButtons({ rows }: About<'price_alerts'>, device: string): Proposal[][] {
  return rows.slice(0, MAX_ROWS).map((row) => {
    const { number } = row
    return [look(`✕ ${number}. ${shortText(row)}`, device, { do: 'remove_price_alert', number })]
  })
}

function nameOf(
  { stream, market }: About<'positions'>['rows'][number],
  rows: About<'positions'>['rows'],
): string | null {
  if (rows.filter((row) => row.stream === stream).length === 1) return stream
  return rows.filter((row) => row.market === market).length === 1 ? market : null
}

function policyMenu(answer: About<'policy'>, device: string, { setting }: Chosen) {
  const rows = policyButtons(answer, setting, device)
  if (setting === undefined) return { rows }
  return { rows, text: settingsDownText(chosenRows(answer, setting), setting === CONFIRM, wordOf) }
}
