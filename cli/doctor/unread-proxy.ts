// A proxy that stands in the environment: other programs take it from there, and these never do.
import type { Environment } from '@keyside/runtime'

const VARIABLES = [
  'HTTPS_PROXY',
  'https_proxy',
  'ALL_PROXY',
  'all_proxy',
  'HTTP_PROXY',
  'http_proxy',
]

/** The checks that ask the exchange or Telegram, where config.yaml can name a proxy. */
const PROXIED = ['exchange', 'exchange key', 'markets', 'bot token']

/** Where nobody answers there and such a variable is set: what a person who set it has to know. Else the text as it is. */
export function withUnreadProxy(check: string, text: string, environment: Environment): string {
  const variable = VARIABLES.find((name) => environment[name])
  if (variable === undefined || !PROXIED.includes(check)) return text
  if (!/no answer|cannot be reached/.test(text)) return text
  return `${text}; ${variable} is set here and not read: only a proxy that config.yaml names is used (docs/configuration.md)`
}
