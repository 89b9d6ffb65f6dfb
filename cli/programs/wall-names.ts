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
