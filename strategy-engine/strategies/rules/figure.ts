// How the figures of a reason are written.
/** A figure of a reason: short, and long enough to tell small ones apart. */
export function figure(value: number): string {
  return Math.abs(value) >= 1 || value === 0 ? value.toFixed(2) : value.toPrecision(4)
}
