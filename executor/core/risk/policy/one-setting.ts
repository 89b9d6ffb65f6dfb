// One setting of a policy, by its name and as policy.yaml writes it: what the chat may lower, and what it may ask for.
import {
  type Decimal,
  isDecimal,
  isTrial,
  market,
  stream as streamId,
  toDecimal,
} from '@keyside/protocol'
import Big from 'big.js'
import type { Policy } from './schema.ts'
import { approval, codeAbove, maxStopDistance } from './schema.ts'
import { settings } from './settings.ts'
import { amount, percent, whole } from './value-types.ts'

type Limits = Policy['limits']
type Set = (policy: Policy, to: string) => Policy | null

interface Reader<T> {
  safeParse(text: string): { readonly success: boolean; readonly data?: T }
}

const read = <T>(reader: Reader<T>, to: string): T | undefined => reader.safeParse(to).data

const limit = <Name extends keyof Limits>(name: Name, reader: Reader<Limits[Name]>): Set =>
  where(reader, (policy, value) => ({ ...policy, limits: { ...policy.limits, [name]: value } }))

function where<T>(reader: Reader<T>, put: (policy: Policy, value: T) => Policy): Set {
  return (policy, to) => {
    const value = read(reader, to)
    return value === undefined ? null : put(policy, value)
  }
}

/** In the order in which they are shown. The way out is not among them: narrower, it would keep the trader in. */
const SETTINGS: ReadonlyMap<string, Set> = new Map(
  Object.entries<Set>({
    'limits.order': limit('order', amount),
    'limits.hour': limit('hour', amount),
    'limits.day': limit('day', amount),
    'limits.position': limit('position', amount),
    'limits.day_loss': limit('dayLoss', amount),
    'limits.drawdown': limit('drawdown', amount),
    'limits.orders_per_minute': limit('ordersPerMinute', whole(600)),
    'limits.orders_per_day': limit('ordersPerDay', whole(10_000)),
    'limits.round_trips': limit('roundTrips', whole(1_000)),
    collar: where(percent(5), (policy, entry) => ({
      ...policy,
      collar: { ...policy.collar, entry },
    })),
    spread: where(percent(5), (policy, spread) => ({ ...policy, spread })),
    max_stop_distance: where(maxStopDistance, (policy, distance) => ({
      ...policy,
      maxStopDistance: distance,
    })),
    fat_finger: where(whole(1_000), (policy, fatFinger) => ({ ...policy, fatFinger })),
    approval: where(approval, (policy, ask) => ({ ...policy, approval: ask })),
    code_above: where(codeAbove, (policy, above) => ({ ...policy, codeAbove: above })),
  }),
)

const OF_STREAM = /^streams\.(.+)\.(allocation|lifetime_budget)$/
const OF_MARKET = /^markets\.(.+)$/

/** What the chat may lower, as it is in `policy`: `to` as policy.yaml would write it. */
export function changeable(policy: Policy): readonly { setting: string; to: string }[] {
  const all = new Map(settings(policy).map((each) => [each.name, each.text]))
  const names = [
    ...SETTINGS.keys(),
    ...[...policy.streams.keys()]
      .filter((name) => !isTrial(name))
      .flatMap((name) => [
        `streams.${name}.allocation`,
        ...(policy.streams.get(name)?.lifetimeBudget === 'unlimited'
          ? []
          : [`streams.${name}.lifetime_budget`]),
      ]),
  ]
  return names.map((setting) => ({
    setting,
    to: (all.get(setting) ?? '').replace(new RegExp(` ${policy.currency}$`), ''),
  }))
}

/** Null for what there is not, or where `to` is nothing that policy.yaml could say. The other settings stay as they are. */
export function withSetting(policy: Policy, setting: string, to: string): Policy | null {
  const set = SETTINGS.get(setting)
  if (set !== undefined) return set(policy, to)
  const [, stream, which] = OF_STREAM.exec(setting) ?? []
  if (stream !== undefined) return withStream(policy, stream, which ?? '', to)
  const [, name] = OF_MARKET.exec(setting) ?? []
  return name === undefined || to !== 'allowed' ? null : withMarket(policy, name)
}

function withStream(policy: Policy, name: string, which: string, to: string): Policy | null {
  const known = policy.streams.get(name)
  const value = read<Decimal>(amount, to)
  if (value === undefined || !streamId.safeParse(name).success) return null
  if (known === undefined && which !== 'allocation') return null
  const usual = { allocation: value, lifetimeBudget: 'unlimited', map: new Map() } as const
  const before = known ?? { ...usual, markets: policy.markets }
  const next =
    which === 'allocation' ? { ...before, allocation: value } : { ...before, lifetimeBudget: value }
  const streams = new Map([...policy.streams, [name, next]])
  const all = [...streams.values()].reduce((sum, each) => sum.plus(each.allocation), new Big(0))
  return isDecimal(toDecimalOrNone(all)) ? { ...policy, streams } : null
}

function toDecimalOrNone(value: Big): string {
  return value.lt('1e12') ? toDecimal(value) : ''
}

/** Of the streams those that name no markets of their own follow it too; the file says which. */
function withMarket(policy: Policy, name: string): Policy | null {
  const isOne = market.safeParse(name).success && !name.includes(':')
  if (!isOne || !name.endsWith(`/${policy.currency}`)) return null
  return policy.markets.includes(name) ? policy : { ...policy, markets: [...policy.markets, name] }
}
