// Node's flags for less memory, as measured in bench/README.md: a small young generation is collected more often, for some CPU.

/** A broker holds many connections. */
export const BROKER_MEMORY: readonly string[] = [
  '--max-semi-space-size=2',
  '--heap-growing-percent=25',
]

/** For programs that work now and then: semi-spaces of 1 MiB, which Node lets grow to 16 each. */
export const SMALL_MEMORY = '--max-semi-space-size=1'

/** Charts are drawn by WebAssembly: compiled once, and not once more to be faster, which takes 30 to 60 MiB. */
export const BOT_MEMORY: readonly string[] = [SMALL_MEMORY, '--liftoff-only']
