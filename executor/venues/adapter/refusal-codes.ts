// A venue's refusals by their codes, as its documentation lists them: all that is not listed is unknown.
import { scrub } from '@keyside/runtime'
import type { RejectionCode } from '../../core/model/exchange.ts'
import type { Headers, RateNotice, Refusal, Refusals } from './dialect.ts'

type Codes = readonly (number | string)[]

export interface RefusalCodes {
  /** Those that prove that an order was not taken, by what they mean. */
  readonly rejections: Readonly<Partial<Record<RejectionCode, Codes>>>
  /** Too much was asked. */
  readonly limited: Codes
  /** The time that the request was signed with is refused. */
  readonly untimely: Codes
  readonly unknownOrder: Codes
  readonly unknownMarket: Codes
}

/** Of a venue that refuses with HTTP 200 as well. `said`: code and words of an answer; null where it is no refusal. */
export function refusalsByCode(
  { rejections, limited, untimely, unknownOrder, unknownMarket }: RefusalCodes,
  said: (body: unknown) => { readonly code: string; readonly words: string } | null,
): Refusals {
  const rejectionOf = rejectionsByCode(rejections)
  return {
    /** HTTP 5xx proves nothing, whatever its body says. */
    read(status, body) {
      const refused = status >= 500 ? null : said(body)
      if (refused === null) return null
      return refusalOf(refused.code, refused.words, status === 429 || has(limited, refused.code))
    },
    rejection: ({ code }) => rejectionOf.get(code),
    isUntimely: ({ code }) => has(untimely, code),
    isUnknownOrder: ({ code }) => has(unknownOrder, code),
    isUnknownMarket: ({ code }) => has(unknownMarket, code),
  }
}

export function rejectionsByCode(
  rejections: RefusalCodes['rejections'],
): ReadonlyMap<string, RejectionCode> {
  const entries = Object.entries(rejections) as [RejectionCode, Codes][]
  return new Map(entries.flatMap(([why, codes]) => codes.map((code) => [String(code), why])))
}

export function refusalOf(code: string, words: string, isLimited: boolean): Refusal {
  return { code, text: scrub(words).slice(0, 200), why: isLimited ? 'limited' : 'refused' }
}

/** As HTTP has it: 429 and 418, with the seconds to wait where the venue says so. */
export function backoffOf(status: number, headers: Headers): RateNotice['backoff'] {
  const seconds = whole(headers['retry-after'])
  const ms = seconds === null ? null : seconds * 1_000
  if (status === 418) return { why: 'banned', ms }
  return status === 429 ? { why: 'too_many', ms } : null
}

export function whole(header: string | string[] | undefined): number | null {
  return typeof header === 'string' && /^\d{1,9}$/.test(header) ? Number(header) : null
}

function has(codes: Codes, code: string): boolean {
  return codes.some((one) => String(one) === code)
}
