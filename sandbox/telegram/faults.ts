// Named faults that the next calls meet instead of, or after, a normal answer.

/** `lost-answer` does what was asked and then cuts the connection; all others do nothing. */
export const FAULT_NAMES = [
  '401',
  '409',
  '429',
  '500',
  'html-502',
  'hang',
  'reset',
  'lost-answer',
] as const

type FaultName = (typeof FAULT_NAMES)[number]

export type Fault = {
  name: FaultName
  /** The Bot API method it waits for; every method when left out. */
  method?: string | undefined
  /** How many calls meet it; one when left out. */
  count?: number | undefined
  /** Seconds in the answer to a `429`; one when left out. */
  retryAfter?: number | undefined
}

export class Faults {
  #armed: { fault: Fault; left: number }[] = []

  arm(fault: Fault): void {
    this.#armed.push({ fault, left: fault.count ?? 1 })
  }

  clear(): void {
    this.#armed = []
  }

  /** The fault this call meets, used up by one. */
  take(method: string): Fault | undefined {
    const met = this.#armed.find(({ fault }) => (fault.method ?? method) === method)
    if (!met) return undefined
    met.left -= 1
    this.#armed = this.#armed.filter(({ left }) => left > 0)
    return met.fault
  }
}
