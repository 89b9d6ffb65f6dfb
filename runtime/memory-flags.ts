// What Node is told about memory, by measure (bench/README.md): what is needed for a moment is collected soon, for some CPU.

/** A broker holds many connections. */
export const BROKER_MEMORY: readonly string[] = [
  '--max-semi-space-size=2',
  '--heap-growing-percent=25',
]

/** Of what decides now and then: 1 MiB for what is young, where Node takes up to 16, twice. */
export const SMALL_MEMORY = '--max-semi-space-size=1'

/** Charts are drawn by WebAssembly: compiled once, and not once more to be faster, which takes 30 to 60 MiB. */
export const BOT_MEMORY: readonly string[] = [SMALL_MEMORY, '--liftoff-only']
