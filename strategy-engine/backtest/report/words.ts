// Numbers and times as the reports write them.

/** With thousands, and so many places. What is nothing in them has no sign. */
export function count(
  value: number,
  places = 0,
  signDisplay: 'negative' | 'exceptZero' = 'negative',
): string {
  return value.toLocaleString('en-US', {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
    signDisplay,
  })
}

/** With as many places as tell prices apart. */
export function price(value: number): string {
  const size = Math.abs(value)
  const places = size >= 1_000 ? 2 : size >= 1 ? 4 : size >= 0.001 ? 8 : 12
  return value.toLocaleString('en-US', { maximumFractionDigits: places })
}

/** With its sign. Null cannot be said. */
export function percent(value: number | null, places = 2): string {
  if (value === null) return 'n/a'
  if (Math.abs(value) < 100_000) return `${count(value, places, 'exceptZero')} %`
  return `${value > 0 ? '+' : ''}${value.toExponential(1)} %`
}

export function ratio(value: number | null): string {
  return value === null ? 'n/a' : count(value, 2)
}

/** UTC, to the minute. */
export function time(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')
}

export function day(seconds: number): string {
  return time(seconds).slice(0, 10)
}

/** In the two largest units: 3d 4h, 5m 10s. */
export function duration(seconds: number | null): string {
  if (seconds === null) return 'n/a'
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [Math.floor(seconds) % 60, 's'],
  ]
  const first = parts.findIndex(([amount]) => amount > 0)
  if (first < 0) return '0s'
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join(' ')
}

export function plural(amount: number, one: string, many = `${one}s`): string {
  return `${count(amount)} ${amount === 1 ? one : many}`
}
