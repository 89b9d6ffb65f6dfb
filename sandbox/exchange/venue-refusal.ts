// A refusal of a dialect whose refusals are a table: the venue's own number and words.

export interface RefusalWords {
  readonly code: number | string
  /** HTTP. */
  readonly status: number
  /** `%s` is replaced by what the thrower names. */
  readonly msg: string
}

export class VenueRefusal extends Error {
  override name = 'VenueRefusal'
  readonly code: string
  readonly status: number

  constructor({ code, status, msg }: RefusalWords, named: string) {
    super(msg.replace('%s', named))
    this.code = String(code)
    this.status = status
  }
}
