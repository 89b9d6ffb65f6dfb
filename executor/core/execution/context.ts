// One decision while it is being made: events fold into the portfolio as they are appended.
import { isTrial, type ReportEvent, shownStream } from '@keyside/protocol'
import { apply } from '../model/apply.ts'
import { sentenceOf } from '../model/codes.ts'
import type { JournalEvent, NewEvent } from '../model/events.ts'
import type { Reconciliation } from '../model/observation.ts'
import type { Position } from '../model/position.ts'
import type { Query, Session } from '../model/session.ts'
import type { Portfolio, State } from '../model/state.ts'
import type { Policy } from '../risk/policy/schema.ts'
import { policyInForce } from '../risk/policy/tighten.ts'
import { withTrials } from '../risk/policy/trials.ts'
import type { Effect, Environment, Notice } from './inputs.ts'

/** Mutable, but only within one call of `decide`, so `decide` stays pure. */
export interface DecisionContext {
  /** Its policy is the one in force. */
  environment: Environment
  /** The policy as the device accepted it. */
  readonly accepted: Policy
  portfolio: Portfolio
  session: Session
  readonly events: JournalEvent[]
  readonly reports: ReportEvent[]
  readonly effects: Effect[]
  /** Records of the session that this decision has copied, and may therefore write to. */
  readonly copied: Set<object>
}

/** What the session remembers by a name. */
interface Remembered {
  readonly queries: Query
  readonly cancels: Query
  readonly stopWatch: Query
  readonly quotes: Query
  readonly cards: Query
  readonly alarms: number
  readonly reconciliations: Reconciliation
}

type Records = { readonly [Name in keyof Remembered]: Readonly<Record<string, Remembered[Name]>> }

export function newContext(
  { portfolio, session }: State,
  environment: Environment,
): DecisionContext {
  return {
    environment: followed(tightest(environment, portfolio), { portfolio, session }),
    accepted: environment.policy,
    portfolio,
    session,
    events: [],
    reports: [],
    effects: [],
    copied: new Set(),
  }
}

/** The same object while nothing changes: each decision asks. */
function tightest(environment: Environment, { tightenings }: Portfolio): Environment {
  const { policy: accepted, tighteningsEnded } = environment
  if (tightenings.last === 0) return environment
  return { ...environment, policy: policyInForce(accepted, tightenings, tighteningsEnded) }
}

/** Of a trial that says nothing for so long, and of which nothing is held, there is nothing to list, ms. */
const TRIAL_LIFE_MS = 120_000

/** The same object where there are no trials. */
function followed(environment: Environment, { portfolio, session }: State): Environment {
  const { policy: before, exchange, now } = environment
  const known = () => {
    const heard = Object.entries(session.heads).flatMap(([name, { at }]) =>
      isTrial(name) && now - at < TRIAL_LIFE_MS ? [name] : [],
    )
    const held = Object.values(portfolio.positions).map(({ stream }) => stream)
    return [...heard, ...held]
  }
  const policy = withTrials(before, exchange.money, known)
  return policy === before ? environment : { ...environment, policy }
}

/** One copy of the record for a decision, however much of it changes. */
export function remember<Name extends keyof Remembered>(
  context: DecisionContext,
  name: Name,
  key: string,
  value: Remembered[Name],
): undefined {
  const records: Records = context.session
  const before = records[name]
  const record: Record<string, Remembered[Name]> = context.copied.has(before)
    ? before
    : { ...before }
  record[key] = value
  if (record === before) return
  context.copied.add(record)
  context.session = { ...context.session, [name]: record }
}

export function append(context: DecisionContext, happening: NewEvent): undefined {
  const event: JournalEvent = { ...happening, at: context.environment.now }
  context.portfolio = apply(context.portfolio, event)
  context.events.push(event)
}

export function report(context: DecisionContext, event: ReportEvent): undefined {
  context.reports.push(event)
}

export function notice(context: DecisionContext, { level, code, message }: Notice): undefined {
  report(context, { type: 'notice', level, code, message: singleLine(message) })
}

const POSITION_AGAIN_MS = 60_000

/** What stays true of a position for long: said at once, and again at most once a minute. */
export function notifyPosition(
  context: DecisionContext,
  { stream, market }: Pick<Position, 'stream' | 'market'>,
  { level, code, message }: Omit<Notice, 'message'> & { message?: string },
): undefined {
  const { priceWatch } = context.session
  const name = `${stream} ${market} ${code}`
  if (context.environment.now < (priceWatch.toldUntil[name] ?? 0)) return
  const said = { ...priceWatch.toldUntil, [name]: context.environment.now + POSITION_AGAIN_MS }
  context.session = { ...context.session, priceWatch: { ...priceWatch, toldUntil: said } }
  const detail = message === undefined ? '' : `: ${message}`
  notice(context, {
    level,
    code,
    message: `${sentenceOf(code)} (${shownStream(stream)}, ${market})${detail}`,
  })
}

export function emit(context: DecisionContext, effect: Effect): undefined {
  context.effects.push(effect)
}

/** What a report may carry of another program's words. */
export function singleLine(text: string): string {
  const line = text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 500)
  // Half of a surrogate pair is not allowed in a message.
  return line.isWellFormed() ? line : line.slice(0, -1)
}

/** What a rule found wrong, without its advice. */
export function findingOf(reason: string): string {
  return reason.split(': ')[0] ?? reason
}

/** Unix ms by the exchange's clock; null while that is not known. What lasts for hours is measured by it: nobody sets it. */
export function trueTime({ environment: { now, exchange } }: DecisionContext): number | null {
  return exchange.skewMs === null ? null : now + exchange.skewMs
}
