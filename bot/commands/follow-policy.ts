// Below the policy: a button for each setting, below a setting the steps down, and behind each step the second question.
import { type Answer, isDecimal, toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import { instruct } from '../buttons/instruct.ts'
import { inRows, type Proposal, type Question } from '../buttons/question.ts'
import { changeText, settingTitle, settingValue } from '../texts/policy.ts'
import { look } from './look-button.ts'
import { CONFIRM } from './setting-names.ts'

type About<Name extends Answer['about']> = Extract<Answer, { about: Name }>
type Policy = About<'policy'>
type Row = Policy['rows'][number]

/** Of a message that has two a row. */
const MAX_BUTTONS = 24

/** Null for one that is done already: its text says all. */
export function changeQuestion(change: About<'change'>, device: string): Question | null {
  const { step, effect, setting, to, from } = change
  if (step === 'apply') return null
  const yes =
    effect === 'tightens'
      ? instruct('Lower it', device, {
          do: 'tighten',
          setting,
          to,
          step: 'apply',
          ...(from !== undefined && { from }),
        })
      : instruct('Let it wait at the device', device, {
          do: 'request_loosening',
          setting,
          to,
          step: 'apply',
        })
  return { text: changeText(change), yes, device }
}

/** `chosen`: a setting, or CONFIRM for those of approvals; all without it. */
export function policyButtons(
  policy: Policy,
  chosen: string | undefined,
  device: string,
): Proposal[][] {
  if (chosen === undefined)
    return inRows(
      policy.rows
        .slice(0, MAX_BUTTONS)
        .map(({ setting, to }) =>
          look(
            `${settingTitle(setting)} ${settingValue(to)}`,
            device,
            { do: 'policy' },
            { setting },
          ),
        ),
      2,
    )
  const rows = chosenRows(policy, chosen)
  return inRows(
    rows.flatMap((row) =>
      stepsDown(row, policy).map((to) => {
        const label =
          rows.length > 1 ? `${settingTitle(row.setting)} ${settingValue(to)}` : settingValue(to)
        return look(label, device, { do: 'tighten', setting: row.setting, to, step: 'preview' })
      }),
    ),
    2,
  )
}

export function chosenRows({ rows }: Policy, chosen: string): readonly Row[] {
  const isChosen = ({ setting }: Row) =>
    chosen === CONFIRM ? ['approval', 'code_above'].includes(setting) : setting === chosen
  return rows.filter(isChosen)
}

const NUMBER = /^(above )?(\d+(?:\.\d+)?)( %)?$/
/** A quarter less, a half, a quarter left. */
const PARTS = ['0.75', '0.5', '0.25']

/** As policy.yaml would write them. A count stays whole. */
function stepsDown({ setting, to }: Row, { rows }: Policy): string[] {
  const [, above = '', number, unit = ''] = NUMBER.exec(to) ?? []
  const always = setting === 'approval' && to !== 'always' ? ['always'] : []
  const base = number ?? startOf(setting, to, rows)
  if (base === undefined || !isDecimal(base)) return always
  const lead = setting === 'approval' ? 'above ' : above
  const sign = setting === 'max_stop_distance' ? ' %' : unit
  const parts = number === undefined && setting !== 'approval' ? ['1', ...PARTS.slice(1)] : PARTS
  const isCount = COUNTS.has(setting)
  const values = parts.map((part) => {
    const value = new Big(base).times(part)
    return toDecimal(isCount ? value.round(0, Big.roundDown) : value.round(8, Big.roundDown))
  })
  const usable = [...new Set(values)].filter((value) => value !== '0' && value !== number)
  return [...always, ...usable.map((value) => `${lead}${value}${sign}`)]
}

const COUNTS: ReadonlySet<string> = new Set([
  'limits.orders_per_minute',
  'limits.orders_per_day',
  'limits.round_trips',
  'fat_finger',
])

/** Where there is no number yet: an order's for approvals and codes, a usual one for stops. */
function startOf(setting: string, to: string, rows: Policy['rows']): string | undefined {
  if (setting === 'max_stop_distance') return to === 'optional' ? '5' : undefined
  if (to !== 'never') return undefined
  return rows.find((row) => row.setting === 'limits.order')?.to
}
