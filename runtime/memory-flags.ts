// Node's flags and its environment for less memory, as measured in bench/README.md: a small young generation is collected more
// often, and code that is not compiled for speed runs slower, both for some CPU.

/** The heap grows by a quarter before it is collected, and not to twice what is used. */
const SLOW_GROWTH = '--heap-growing-percent=25'

/** A broker holds many connections. */
export const BROKER_MEMORY: readonly string[] = ['--max-semi-space-size=2', SLOW_GROWTH]

/** For programs that work now and then: semi-spaces of 1 MiB, which Node lets grow to 16 each. */
export const SMALL_MEMORY = '--max-semi-space-size=1'

/**
 * V8 compiles a function for speed when it has run 100,000 times, and not 3,000: in a program that waits, none does, and its
 * compiler is not loaded. V8 multiplies that number with the length of the function, in 31 bits: hence the longest.
 */
export const WAITING_MEMORY: readonly string[] = [
  SMALL_MEMORY,
  SLOW_GROWTH,
  '--invocation-count-for-turbofan=100000',
  '--invocation-count-for-osr=15000',
  '--max-optimized-bytecode-size=20000',
]

/** And not before the 400th time: for programs that calculate nothing long. A short backtest would take a tenth longer. */
export const QUIET_MEMORY: readonly string[] = [...WAITING_MEMORY, '--no-sparkplug']

/** `keyside up` waits: the two compilers for code that runs often are not even read from the disk, 3 MiB. */
export const UP_MEMORY: readonly string[] = [SMALL_MEMORY, '--no-opt', '--no-maglev']

/** A bot compiles nothing. Charts are drawn by WebAssembly: compiled once, and not once more to be faster, which takes 30 to 60 MiB. */
export const BOT_MEMORY: readonly string[] = [
  ...UP_MEMORY,
  SLOW_GROWTH,
  '--no-sparkplug',
  '--liftoff-only',
]

/** For glibc: one malloc arena instead of one for each thread, none of which is ever given back whole. */
export const SINGLE_ARENA = { MALLOC_ARENA_MAX: '1' } as const
