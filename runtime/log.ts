// The log: one JSON line per event, with everything scrubbed that looks like a secret.
import { createRequire } from 'node:module'
import type { DestinationStream, Logger } from 'pino'

export type { Logger } from 'pino'

/** Loaded with the first log: most commands have none. */
const load = createRequire(import.meta.url)

const NAMES = 'signature|apiKey|api_key|secret|password|passphrase|token|listenKey|X-MBX-APIKEY'
/** A quotation mark, as it is or inside of JSON. */
const QUOTE = String.raw`\\?["']`

/**
 * Shapes of secrets that libraries put into their errors: Telegram's URL, a signed query, keys in headers and objects.
 * Ordinary words ("this token: get another one") do not match.
 */
const SECRETS: readonly [RegExp, string][] = [
  [/(?<!\d)\d{5,}:[A-Za-z0-9_-]{30,}/g, '[bot token]'],
  // In a query or a form.
  [new RegExp(String.raw`\b(${NAMES})=[^&\s"',}\\]+`, 'gi'), '$1=[hidden]'],
  // In an object, as JSON or as Node shows it: the value has quotes.
  [
    new RegExp(String.raw`\b(${NAMES})(${QUOTE})?(\s*[=:]\s*)(${QUOTE})(?:(?!\4).)+`, 'gi'),
    '$1$2$3$4[hidden]',
  ],
  // In a header, or behind a colon: a run of letters and digits that no language has.
  [
    new RegExp(String.raw`\b(${NAMES})(${QUOTE})?(\s*:\s*)(?=[\w+/=.-]*\d)[\w+/=.-]{16,}`, 'gi'),
    '$1$2$3[hidden]',
  ],
  [/eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+/g, '[signed token]'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*-----END [A-Z ]*PRIVATE KEY-----/g, '[private key]'],
]

export function scrub(text: string): string {
  return SECRETS.reduce((clean, [shape, cover]) => clean.replace(shape, cover), text)
}

/** The parts of an error that may be logged: never the objects that libraries attach to it. */
export function describeError(error: unknown): { type: string; message: string; code?: string } {
  if (!(error instanceof Error)) return { type: typeof error, message: scrub(String(error)) }
  const code = 'code' in error ? { code: String(error.code) } : {}
  return { type: error.name, message: scrub(error.message), ...code }
}

export interface LogOptions {
  readonly program: string
  readonly level: string
  /** Where lines go; standard output by default. */
  readonly destination?: DestinationStream
}

export function createLog({ program, level, destination }: LogOptions): Logger {
  const { pino }: typeof import('pino') = load('pino')
  const out = destination ?? pino.destination({ dest: 1, sync: true })
  return pino(
    {
      level,
      base: { program },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: describeOnce, error: describeOnce },
    },
    { write: (line: string) => out.write(scrub(line)) },
  )
}

/** Callers may have described it already. */
function describeOnce(value: unknown): unknown {
  return value instanceof Error ? describeError(value) : value
}
