// How long something took this process, whatever else the machine was busy with meanwhile.

const TICK_MS = 10

/** Starts at once. Gives the ms since, of each wait for the processor no more than two ticks. */
export function ownTime(): () => number {
  let passed = 0
  let last = performance.now()
  const add = () => {
    const now = performance.now()
    passed += Math.min(now - last, 2 * TICK_MS)
    last = now
  }
  const ticks = setInterval(add, TICK_MS).unref()
  return () => {
    clearInterval(ticks)
    add()
    return passed
  }
}
