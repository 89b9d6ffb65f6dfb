// Times as a person writes them: 30d, 12h, 10m.
import { InvalidArgumentError } from 'commander'

const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: 86_400 }

/** In seconds, at least a minute and at most ten years. */
export function duration(text: string): number {
  const [, count = '', unit = ''] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? []
  const value = Number(count) * (UNITS[unit] ?? 0)
  if (value >= 60 && value <= 3650 * 86_400) return value
  throw new InvalidArgumentError('expected a time such as 10m, 12h or 7d')
}

export function days(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text) && Number(text) <= 3650) return Number(text)
  throw new InvalidArgumentError('expected a number of days, from 1 to 3650')
}

/** Unix seconds as a person reads them, UTC. */
export function day(at: number): string {
  return new Date(at * 1000).toISOString().slice(0, 10)
}

export function minute(at: number): string {
  return `${new Date(at * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
