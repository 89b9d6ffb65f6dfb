// The exchange key: what it may do now, what has changed since it was looked at last, how old it is, and when it ends.
import { beginCondition, endCondition, setCondition, stands } from '../execution/conditions.ts'
import { append, type DecisionContext, notice } from '../execution/context.ts'
import { setTrading } from '../execution/trading-state.ts'
import { sentenceOf } from '../model/codes.ts'
import { type Condition, conditionKey } from '../model/conditions.ts'
import type { Answered, KeyRights } from '../model/exchange.ts'
import {
  AGE_DAYS,
  ageInDays,
  canTakeAway,
  daysLeft,
  END_DAYS,
  keyWarnings,
  OLD_DAYS,
} from '../model/key-warnings.ts'

interface Judged extends Condition {
  readonly is: 'so' | 'not so'
}

/** Asked at the start, and once a day. */
export function onKeyRights(context: DecisionContext, answer: Answered<KeyRights>): undefined {
  if (!answer.ok && answer.code !== undefined) return keyRefused(context, answer.message)
  if (!answer.ok) return setCondition(context, { code: 'key_unchecked', about: '' }, 'so')
  const rights = answer.value
  const before = context.portfolio.keyRights
  const changes = before === null ? [] : changesOf(before, rights)
  if (before === null || JSON.stringify(before) !== JSON.stringify(rights))
    append(context, { type: 'key_rights', rights })
  // No notice for another key: the trader has put it in.
  if (changes.length > 0 && before?.created === rights.created)
    tell(context, 'error', 'key_rights_changed', changes.join(', '))
  const families = judge(rights, context.environment.now)
  for (const family of families) begin(context, family)
  remind(context)
  end(context, families.flat())
  if (canTakeAway(rights)) halt(context, 'key_can_withdraw')
  if (rights.borrow === 'yes') halt(context, 'account_may_borrow')
}

function halt(context: DecisionContext, code: 'key_can_withdraw' | 'account_may_borrow') {
  setTrading(context, 'halted', code)
  tell(context, 'error', code)
}

/** Where anybody can use the key who has it: each day, until it is bound to an address. */
function remind(context: DecisionContext): undefined {
  const { now } = context.environment
  const since = context.portfolio.conditions[conditionKey(OPEN)]?.since
  // A condition that began just now has been told.
  if (since === undefined || now - since < DAILY_MS) return
  append(context, { type: 'condition', ...OPEN, is: 'begun' })
  tell(context, 'warning', OPEN.code, addressHere(context))
}

const OPEN = { code: 'key_without_ip_list', about: '' } as const
/** The key is looked at once a day, a little early or late. */
const DAILY_MS = 23 * 3_600_000

/** What to put on the list. */
function addressHere({ portfolio }: DecisionContext): string {
  return portfolio.address === ''
    ? 'this device does not know its own address'
    : `this device is seen as ${portfolio.address}`
}

const REFUSED = { code: 'key_refused', about: '' } as const
const IPV4 = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/

/** Some venues say in their refusal from where it was asked. */
export function keyRefused(context: DecisionContext, message: string): undefined {
  beginCondition(context, REFUSED, { detail: message })
  const [address] = IPV4.exec(message) ?? []
  if (address !== undefined) onAddress(context, address)
}

export function keyTaken(context: DecisionContext): undefined {
  endCondition(context, REFUSED, { detail: 'it is taken again' })
}

/** The first is where it begins. */
export function onAddress(context: DecisionContext, address: string): undefined {
  const before = context.portfolio.address
  if (before === address) return
  append(context, { type: 'address_seen', address })
  if (before !== '') tell(context, 'error', 'address_changed', `now ${address}, before ${before}`)
}

/** Each group from the least to the most urgent. */
function judge(rights: KeyRights, now: number): readonly (readonly Judged[])[] {
  const warnings = keyWarnings(rights, now)
  const [age, left] = [ageInDays(rights, now), daysLeft(rights, now)]
  const plain = (['key_without_ip_list', 'key_unchecked'] as const).map((code) => [
    judged({ code, about: '' }, warnings.includes(code)),
  ])
  const ages = AGE_DAYS.map((days) =>
    judged({ code: days < OLD_DAYS ? 'key_ages' : 'key_old', about: `${days} days` }, age >= days),
  )
  const ends = END_DAYS.map((days) =>
    judged({ code: 'key_expires', about: `${days} days` }, left <= days),
  )
  return [...plain, ages, ends]
}

function judged(condition: Condition, isSo: boolean): Judged {
  return { ...condition, is: isSo ? 'so' : 'not so' }
}

/** Only the most urgent one is told, where several became due since the last look. */
function begin(context: DecisionContext, family: readonly Judged[]): undefined {
  const isNew = family.filter((one) => one.is === 'so' && !stands(context, one))
  for (const one of isNew)
    beginCondition(context, one, {
      told: one === isNew.at(-1) ? 'yes' : 'no',
      ...(one.code === OPEN.code && { detail: addressHere(context) }),
    })
}

/** What one new key has put in order is told together. */
function end(context: DecisionContext, all: readonly Judged[]): undefined {
  const over = all.filter((one) => one.is === 'not so' && stands(context, one))
  for (const one of over) endCondition(context, one, { told: 'no' })
  if (over.length > 0)
    tell(context, 'info', 'key_in_order', over.map(({ code, about }) => about || code).join(', '))
}

const RIGHTS = ['trade', 'withdraw', 'transfer', 'ipList', 'borrow'] as const
const NAMES = {
  trade: 'trading',
  withdraw: 'withdrawal',
  transfer: 'transfer',
  ipList: 'IP list',
  borrow: 'borrowing',
}

function changesOf(before: KeyRights, now: KeyRights): readonly string[] {
  return RIGHTS.filter((right) => before[right] !== now[right]).map(
    (right) => `${NAMES[right]}: ${before[right]}, now ${now[right]}`,
  )
}

function tell(
  context: DecisionContext,
  level: 'info' | 'warning' | 'error',
  code: string,
  detail?: string,
): undefined {
  const sentence = sentenceOf(code)
  notice(context, {
    level,
    code,
    message: detail === undefined ? sentence : `${sentence} (${detail})`,
  })
}
