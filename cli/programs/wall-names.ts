// What the walls around a program keep off, each tried by `probe-walls.ts`.
export const WALL_NAMES = [
  'files',
  'writing',
  'databases',
  'processes',
  'threads',
  'debugger',
  'native code',
  'signals',
  'connections',
  'names',
  'listening',
  'debugger by signal',
] as const

/** The parent is asked with it: it harms nothing, and every system has its name, Windows too. One that has no such name would count as no wall. */
export const HARMLESS_SIGNAL = 'SIGWINCH'
