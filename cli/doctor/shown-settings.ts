// What of config.yaml a report shows: each setting that is named here, in a form that says nothing of whose it is. All others
// are counted.
import { PAPER, VENUE_NAMES } from '@keyside/executor'
import { openYaml } from '@keyside/runtime'

/** What is shown of a value; null where it is not what it should be. */
type Form = (value: unknown) => string | null

const number: Form = (value) => (value === null || Number.isInteger(value) ? String(value) : null)
const oneOf =
  (words: readonly string[]): Form =>
  (value) =>
    typeof value === 'string' && words.includes(value) ? value : null
const set: Form = (value) => (value === null ? 'null' : 'set')
const count: Form = (value) =>
  typeof value === 'object' && value !== null ? `${Object.keys(value).length} of them` : null
const YES_NO = oneOf(['yes', 'no'])
const EXCHANGE = oneOf([...VENUE_NAMES, PAPER])
const trust: Form = (value) =>
  typeof value === 'string' && value.startsWith('pin:') ? 'a pin' : oneOf(['ca', 'none'])(value)
const broker: Form = (value) => {
  const [, scheme, host = ''] =
    /^(unix|mqtts?):(?:\/\/(\[[^\]]*\]|[^:/]*))?/.exec(String(value)) ?? []
  if (scheme === undefined) return null
  if (scheme === 'unix') return 'a socket on this machine'
  const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(host)
  return `${scheme}, ${isHere ? 'this machine' : 'another machine'}`
}
const LINK = { url: broker, plaintext: YES_NO, tls: trust }

/** As the sections of config.yaml. What stands on an object is shown of it as a whole. */
const SHOWN: Readonly<Record<string, Form>> = flat({
  broker: {
    port: set,
    wsPort: set,
    socket: set,
    tls: set,
    plaintext: YES_NO,
    accessList: set,
    limits: Object.fromEntries(
      [
        'maxPendingConnections',
        'maxConnections',
        'maxConnectionsPerAddress',
        'maxTakeOversPerMinute',
        'maxRequestsPerMinute',
        'maxSubscriptions',
        'maxRetained',
        'maxRetainedBytes',
        'maxRetainedPerClient',
        'maxPacketBytes',
        'maxTopicLevels',
        'connectTimeoutMs',
        'drainTimeoutMs',
        'maxKeepaliveSeconds',
      ].map((name) => [name, number]),
    ),
  },
  authority: { broker: LINK, addresses: count, plans: count },
  engine: {
    broker: LINK,
    subscribers: set,
    bot: set,
    exchange: { name: EXCHANGE, address: set, proxy: set },
  },
  executor: {
    home: LINK,
    engine: { ...LINK, plans: count },
    exchange: {
      name: EXCHANGE,
      of: EXCHANGE,
      address: set,
      proxy: set,
      balances: set,
      faults: oneOf(['some', 'none']),
    },
    keychain: oneOf(['os', 'vault']),
    passphraseFile: set,
    watchdog: set,
    addressCheck: set,
  },
  bot: { devices: count, telegram: { address: set, proxy: set } },
})

interface Forms {
  readonly [name: string]: Form | Forms
}

function flat(forms: Forms, path = ''): Record<string, Form> {
  return Object.assign(
    {},
    ...Object.entries(forms).map(([name, form]) =>
      typeof form === 'function' ? { [`${path}${name}`]: form } : flat(form, `${path}${name}.`),
    ),
  )
}

/** Lines, of the text of a config.yaml. */
export function shownSettings(text: string): readonly string[] {
  const opened = openYaml(text)
  if (!opened.ok) return [`it is no YAML that Keyside reads, from line ${opened.line} on`]
  const lines: string[] = []
  let hidden = 0
  const walk = (value: unknown, path: string) => {
    const form = Object.hasOwn(SHOWN, path) ? SHOWN[path] : undefined
    if (form !== undefined) lines.push(`${path}: ${form(value) ?? 'set, to something else'}`)
    else if (typeof value === 'object' && value !== null && !Array.isArray(value))
      for (const [name, inner] of Object.entries(value))
        walk(inner, path === '' ? name : `${path}.${name}`)
    else hidden += 1
  }
  walk(opened.data, '')
  return [...lines, `not shown: ${hidden}`]
}

/** The settings in the environment: which of those above, and how many others. */
export function shownVariables(environment: Readonly<Record<string, string | undefined>>): string {
  const all = Object.keys(environment).filter((name) => name.startsWith('KEYSIDE_'))
  const known = Object.keys(SHOWN).filter((path) =>
    all.includes(`KEYSIDE_${path.split('.').map(constant).join('__')}`),
  )
  return [...known, `not shown: ${all.length - known.length}`].join(', ')
}

function constant(name: string): string {
  return name.replace(/[A-Z]/g, '_$&').toUpperCase()
}
