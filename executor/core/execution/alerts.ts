// A strategy's alerts, which make no order: told to the trader, up to a limit. Nothing that an order depends on is read
// or written here.
import { CLOCK_SKEW, isTrial, streamName } from '@keyside/protocol'
import { kept } from '../model/backoff.ts'
import { sentenceOf } from '../model/codes.ts'
import type { Alerts, Told } from '../model/session.ts'
import { type DecisionContext, notice, report } from './context.ts'
import type { Input } from './inputs.ts'
import { isRevoked } from './providers.ts'

/** Alerts that are told: a thief of an engine's key must not fill the chat. */
const LIMITS = {
  stream: { minute: 6, hour: 60 },
  provider: { minute: 30, hour: 300 },
} as const

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const NONE: Told = { minute: { since: 0, count: 0 }, hour: { since: 0, count: 0 } }

export function onAlert(
  context: DecisionContext,
  { provider, kid, claims }: Extract<Input, { type: 'alert' }>,
): undefined {
  const { portfolio, environment } = context
  const stream = streamName(provider, claims.sub)
  // One plan brings many streams: those that are not followed are none of ours.
  if (!environment.policy.streams.has(stream)) return
  // The bot of the home hears those of trials from the engine itself, where no device does.
  if (isTrial(stream)) return
  if (isRevoked(portfolio, provider, kid)) return
  // After an equivocation it is not known whose alert this is.
  if ((portfolio.providers[provider]?.equivocations.length ?? 0) > 0) return
  const life = (claims.exp - claims.iat + CLOCK_SKEW) * 1000
  if (!isFirst(context, `${provider} ${claims.jti}`, life)) return
  const isTold =
    countOne(context, stream, LIMITS.stream) && countOne(context, provider, LIMITS.provider)
  if (!isTold) return tellMany(context, provider)
  const { market, name, text, price, candle, iat } = claims
  report(context, {
    type: 'alert',
    stream,
    market,
    ...(name !== undefined && { name }),
    text,
    price,
    timeframe: candle.timeframe,
    closed: iat,
  })
}

/** `name` is remembered for as long as the same message could be verified again, ms. */
function isFirst(context: DecisionContext, name: string, life: number): boolean {
  const { now } = context.environment
  const { alerts } = context.session
  if ((alerts.seen[name] ?? 0) > now) return false
  const seen = { ...kept(alerts.seen, (_, until) => until > now), [name]: now + life }
  remember(context, { seen })
  return true
}

/** Whether one more is within the limits; then it is counted. */
function countOne(
  context: DecisionContext,
  name: string,
  most: (typeof LIMITS)[keyof typeof LIMITS],
): boolean {
  const { now } = context.environment
  const { told } = context.session.alerts
  const { minute, hour } = told[name] ?? NONE
  const counted = {
    minute: oneMore(minute, MINUTE_MS, now),
    hour: oneMore(hour, HOUR_MS, now),
  }
  if (counted.minute.count > most.minute || counted.hour.count > most.hour) return false
  remember(context, { told: { ...told, [name]: counted } })
  return true
}

function oneMore({ since, count }: Told['minute'], span: number, now: number): Told['minute'] {
  return now >= since + span ? { since: now, count: 1 } : { since, count: count + 1 }
}

/** Told once an hour: alerts beyond the limit are not told one by one. */
function tellMany(context: DecisionContext, provider: string): undefined {
  const { now } = context.environment
  const { toldMany } = context.session.alerts
  const last = toldMany[provider]
  if (last !== undefined && now < last + HOUR_MS) return
  remember(context, { toldMany: { ...toldMany, [provider]: now } })
  const code = 'alerts_many'
  notice(context, { level: 'warning', code, message: `${provider}: ${sentenceOf(code)}` })
}

function remember(context: DecisionContext, change: Partial<Alerts>): undefined {
  context.session = {
    ...context.session,
    alerts: { ...context.session.alerts, ...change },
  }
}
