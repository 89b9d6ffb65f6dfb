// The programs that a home may have.
export const PROGRAMS = ['broker', 'authority', 'engine', 'executor', 'bot'] as const
export type Program = (typeof PROGRAMS)[number]

/** A program of the home, or the executor of an account beside the home's own. */
export type Service = Program | `executor-${string}`

export function programOf(service: Service): Program {
  return service.startsWith('executor-') ? 'executor' : (service as Program)
}
