// A policy as a flat list of settings, to be shown and to be compared.
import Big from 'big.js'
import type { Policy } from './schema.ts'

export interface Setting {
  /** As in policy.yaml: `limits.order`, `markets.BTC/USDT`. */
  readonly name: string
  /** As a person reads it: `500 USDT`. */
  readonly text: string
  /** The larger, the more is allowed. Null where more and less have no meaning. */
  readonly reach: Big | null
  /** Settings are comparable in the same unit only. */
  readonly unit: string
}

const NO_LIMIT = new Big('1e100')

export function settings(policy: Policy): readonly Setting[] {
  const { currency, limits, collar } = policy
  const money = (name: string, text: string) => setting(name, text, currency)
  return [
    { name: 'currency', text: currency, reach: null, unit: '' },
    ...policy.markets.map((market) => allowed(`markets.${market}`)),
    ...[...policy.streams].flatMap(([name, stream]) => [
      money(`streams.${name}.allotment`, stream.allotment),
      ...stream.markets.map((market) => allowed(`streams.${name}.markets.${market}`)),
    ]),
    money('limits.order', limits.order),
    money('limits.day', limits.day),
    setting('limits.orders_per_minute', String(limits.ordersPerMinute), ''),
    setting('collar', collar.entry, '%'),
    setting('exit_collar', collar.exit, '%'),
    setting('signal_age', String(policy.signalAgeMs / 1000), 's'),
    approval(policy),
    setting('approval_within', String(policy.approvalWithinMs / 1000), 's'),
  ]
}

function setting(name: string, value: string, unit: string): Setting {
  return { name, text: `${new Big(value).toFixed()} ${unit}`.trim(), reach: new Big(value), unit }
}

function allowed(name: string): Setting {
  return { name, text: 'allowed', reach: new Big(1), unit: '' }
}

function approval({ approval: ask, currency }: Policy): Setting {
  const name = 'approval'
  if (ask === 'always') return { name, text: 'always', reach: new Big(0), unit: currency }
  if (ask === 'never') return { name, text: 'never', reach: NO_LIMIT, unit: currency }
  return { name, text: `above ${ask.above} ${currency}`, reach: new Big(ask.above), unit: currency }
}
