// What happened in a run, counted: faults and crash points by name.

type Names = Record<string, number>

export interface Tally {
  steps: number
  signals: number
  orders: number
  unknowns: number
  /** What somebody else did with the account, as it was told. */
  foreign: number
  /** Runs whose account was compared to the last digit at the end. */
  accounts: number
  /** By name. */
  readonly faults: Names
  /** By the point at which the process died. */
  readonly crashes: Names
}

export type Counted = 'steps' | 'signals' | 'orders' | 'unknowns' | 'foreign' | 'accounts'

const COUNTED: readonly Counted[] = [
  'steps',
  'signals',
  'orders',
  'unknowns',
  'foreign',
  'accounts',
]

export function newTally(): Tally {
  return {
    steps: 0,
    signals: 0,
    orders: 0,
    unknowns: 0,
    foreign: 0,
    accounts: 0,
    faults: {},
    crashes: {},
  }
}

export function add(sum: Tally, more: Tally): void {
  for (const name of COUNTED) sum[name] += more[name]
  for (const [name, count] of Object.entries(more.faults)) countName(sum.faults, name, count)
  for (const [name, count] of Object.entries(more.crashes)) countName(sum.crashes, name, count)
}

export function countName(names: Names, name: string, count = 1): void {
  names[name] = (names[name] ?? 0) + count
}

export function total(names: Names): number {
  return Object.values(names).reduce((sum, count) => sum + count, 0)
}
