// Where a program connects to, by its section of config.yaml: its brokers, its exchange or Telegram, or the proxy that leads
// there. As lines of `outgoing.ts`, and for the rules of a firewall.
import { resolve } from 'node:path'
import { LISTEN } from './outgoing.ts'
import type { Program } from './program-names.ts'

/** Of the venues: hosts of market data and of orders. */
export const VENUE_RULES: Readonly<Record<string, readonly string[]>> = {
  binance: ['*.binance.com 443', '*.binance.com 9443'],
  okx: ['*.okx.com 443', '*.okx.com 8443'],
  bybit: ['*.bybit.com 443'],
}
/** Paper and an engine follow any exchange that ccxt knows, and have no key of it: the ports that those have. */
const ANY_VENUE = ['* 443', '* 8443', '* 9443']
const TELEGRAM = 'api.telegram.org 443'

type Section = Readonly<Record<string, unknown>>

export function reachable(program: Program, section: Section, home: string): readonly string[] {
  const named = addressesIn(section).flatMap((address) => ruleOf(address) ?? [])
  const exchange = sectionIn(section, 'exchange')
  const telegram = sectionIn(section, 'telegram')
  const hasOwnWay = (one: Section) => one['address'] !== undefined || one['proxy'] !== undefined
  switch (program) {
    case 'broker':
      return [...ownListeners(section, home), LISTEN]
    case 'executor':
    case 'engine':
      return hasOwnWay(exchange) ? named : [...named, ...venueRules(exchange)]
    case 'bot':
      return hasOwnWay(telegram) ? named : [...named, TELEGRAM]
    case 'authority':
      return named
  }
}

/** Of `broker/config.ts`. */
const BROKER_PORTS = { port: 1883, wsPort: 8083 }

/** A broker connects to nothing but its own ports, to see that each refuses a client without a token. */
function ownListeners(section: Section, home: string): readonly string[] {
  const all: Section = { ...BROKER_PORTS, ...section }
  const { host = '127.0.0.1', port, wsPort, socket } = all
  const own = ['0.0.0.0', '::'].includes(String(host)) ? 'localhost' : String(host)
  const ports = [port, wsPort].filter((one) => one !== null)
  // 0: any free one.
  const rules = ports.map((one) => `${own} ${one === 0 ? '*' : one}`)
  return [...rules, ...(typeof socket === 'string' ? [`unix ${resolve(home, socket)}`] : [])]
}

function venueRules({ name = 'binance', of }: Section): readonly string[] {
  const venue = String(name === 'paper' ? of : name)
  return (Object.hasOwn(VENUE_RULES, venue) ? VENUE_RULES[venue] : undefined) ?? ANY_VENUE
}

const PORTS: Readonly<Record<string, number>> = {
  'mqtt:': 1883,
  'mqtts:': 8883,
  'http:': 80,
  'https:': 443,
  'socks5:': 1080,
}

/** Null for what is no address; the program says so itself. */
export function ruleOf(address: string): string | null {
  if (address.startsWith('unix:')) return `unix ${address.slice('unix:'.length)}`
  const url = URL.parse(address)
  const port = url === null ? undefined : Number(url.port) || PORTS[url.protocol]
  if (url === null || port === undefined || url.hostname === '') return null
  return `${url.hostname.replace(/^\[|\]$/g, '')} ${port}`
}

function addressesIn(section: unknown): readonly string[] {
  if (typeof section !== 'object' || section === null) return []
  return Object.entries(section).flatMap(([name, value]) =>
    typeof value === 'string' && ['url', 'address'].includes(name) ? [value] : addressesIn(value),
  )
}

function sectionIn(section: Section, name: string): Section {
  const found = section[name]
  return typeof found === 'object' && found !== null ? (found as Section) : {}
}
