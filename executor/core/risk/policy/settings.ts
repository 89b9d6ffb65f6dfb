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
      money(`streams.${name}.allocation`, stream.allocation),
      stream.lifetimeBudget === 'unlimited'
        ? word(`streams.${name}.lifetime_budget`, 'unlimited', NO_LIMIT, currency)
        : money(`streams.${name}.lifetime_budget`, stream.lifetimeBudget),
      ...stream.markets.map((market) => allowed(`streams.${name}.markets.${market}`)),
      ...[...stream.map].map(([from, to]) => ({
        name: `streams.${name}.map.${from}`,
        text: `followed on ${to}`,
        reach: null,
        unit: '',
      })),
    ]),
    money('limits.order', limits.order),
    money('limits.position', limits.position),
    money('limits.hour', limits.hour),
    money('limits.day', limits.day),
    setting('limits.orders_per_minute', String(limits.ordersPerMinute), ''),
    setting('limits.orders_per_day', String(limits.ordersPerDay), ''),
    setting('limits.round_trips', String(limits.roundTrips), ''),
    money('limits.day_loss', limits.dayLoss),
    money('limits.drawdown', limits.drawdown),
    setting('collar', collar.entry, '%'),
    setting('exit_collar', collar.exit, '%'),
    setting('spread', policy.spread, '%'),
    atLeast('liquidity.volume', policy.liquidity.volume, currency),
    atLeast('liquidity.depth', String(policy.liquidity.depth), ''),
    policy.maxStopDistance === 'optional'
      ? word('max_stop_distance', 'optional', NO_LIMIT, '%')
      : setting('max_stop_distance', policy.maxStopDistance, '%'),
    setting('fat_finger', String(policy.fatFinger), ''),
    asked('duplicate_window', policy.duplicateWindowMs),
    asked('reentry_cooldown', policy.reentryCooldownMs),
    setting('max_signal_age', String(policy.maxSignalAgeMs / 1000), 's'),
    approval(policy),
    setting('approval_timeout', String(policy.approvalTimeoutMs / 1000), 's'),
    policy.codeAbove === 'never'
      ? word('code_above', 'never', NO_LIMIT, currency)
      : money('code_above', policy.codeAbove),
    within('close_on_silence', policy.closeOnSilenceMs),
    atLeast('loosening_delay', String(policy.looseningDelayMs / 1000), 's'),
    policy.trials === 'none'
      ? word('trials', 'none', new Big(0), currency)
      : money('trials', policy.trials),
    word('real_money', policy.realMoney, new Big(policy.realMoney === 'yes' ? 1 : 0), ''),
    word(
      'unproved_venue',
      policy.unprovedVenue,
      new Big(policy.unprovedVenue === 'ask' ? 0 : 1),
      '',
    ),
  ]
}

function setting(name: string, value: string, unit: string): Setting {
  return { name, text: `${new Big(value).toFixed()} ${unit}`.trim(), reach: new Big(value), unit }
}

/** The longer it may last, the more is allowed. */
function within(name: string, ms: number | 'never'): Setting {
  return ms === 'never' ? word(name, ms, NO_LIMIT, 's') : setting(name, String(ms / 1000), 's')
}

/** The longer one is asked, the less is allowed. */
function asked(name: string, ms: number | 'never'): Setting {
  return ms === 'never' ? word(name, ms, new Big(0), 's') : atLeast(name, String(ms / 1000), 's')
}

/** The larger the number, the less is allowed. */
function atLeast(name: string, value: string, unit: string): Setting {
  const { text } = setting(name, value, unit)
  return { name, text: `at least ${text}`, reach: new Big(value).times(-1), unit }
}

function word(name: string, text: string, reach: Big, unit: string): Setting {
  return { name, text, reach, unit }
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
