// What a script has made outside of itself is gone also when somebody presses Ctrl-C: no `finally` runs then.

const INTERRUPTED = { SIGINT: 130, SIGTERM: 143 } as const

const cleaners = new Set<() => void>()

/** `clean` waits for nothing. The answer takes it back: the script has come to its own end. */
export function atInterrupt(clean: () => void): () => void {
  if (cleaners.size === 0) for (const signal of signals()) process.on(signal, interrupted)
  cleaners.add(clean)
  return () => {
    cleaners.delete(clean)
    if (cleaners.size === 0) for (const signal of signals()) process.off(signal, interrupted)
  }
}

/** What was made last goes first: it may lie in what was made before it. */
function interrupted(signal: keyof typeof INTERRUPTED): never {
  for (const clean of [...cleaners].reverse())
    try {
      clean()
    } catch (error) {
      process.stderr.write(`${String(error)}\n`)
    }
  process.exit(INTERRUPTED[signal])
}

function signals() {
  return Object.keys(INTERRUPTED) as (keyof typeof INTERRUPTED)[]
}
