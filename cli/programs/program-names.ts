// The programs that a home may have.
export const PROGRAMS = ['broker', 'authority', 'engine', 'executor', 'bot'] as const
export type Program = (typeof PROGRAMS)[number]
