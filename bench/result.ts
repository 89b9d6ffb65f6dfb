// What a bench is asked for, and what it gives.
export interface BenchOptions {
  /** How many signals are measured. */
  readonly signals: number
  /** Of a bench that prints rows: only those with this in their name. */
  readonly only?: string
  /** For what happens meanwhile; the result goes to standard output. */
  readonly note: (line: string) => void
}

export interface Result {
  /** What `--json` prints. */
  readonly json: object
  /** The same for a person. */
  readonly text: string
}
