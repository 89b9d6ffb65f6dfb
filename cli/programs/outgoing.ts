// Where a program behind walls may connect to: what it was told at its start, and nothing else. Node knows only "network"
// or "no network", so this locks the handles under net, tls, dgram and dns before any other code is loaded. What it calls
// itself is taken now: a dependency that replaces a method of a string or a map later changes nothing here. What it is given
// it reads by number, never by a pattern such as [a, b]: that asks the iterator of arrays, which anybody can replace.
import dgram from 'node:dgram'
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { lock, uncurried } from './sealed.ts'

/** Beside addresses: the program may listen. */
export const LISTEN = 'listen'

/** libuv's EACCES, which on Windows is a number of its own. */
export function refusedOn(platform: NodeJS.Platform): number {
  return platform === 'win32' ? -4092 : -13
}

const REFUSED = refusedOn(process.platform)

type Told = (place: string) => void

const endsWith = uncurried(String.prototype.endsWith as (this: string, end: string) => boolean)
const lower = uncurried(String.prototype.toLowerCase)
const { isIP } = net
const { apply } = Reflect

/** A rule is `host port`, `host *` (every port), `*.domain port` (its subdomains), `* port` (every host) or `unix /path`. */
export interface Outgoing {
  /** Allows one more. Whoever was handed this may; nobody can import it. */
  readonly allow: (rule: string) => void
  /** Called once for each place that was refused. */
  readonly onRefused: (told: Told) => void
}

/** To be called once, before any other code is loaded. */
export function guardOutgoing(rules: readonly string[]): Outgoing {
  // Without prototypes: nothing in them is anybody's but ours.
  const exact: Record<string, true> = Object.create(null)
  const hosts: Record<string, true> = Object.create(null)
  const refused: Record<string, true> = Object.create(null)
  const patterns: { readonly domain: string; readonly port: string }[] = []
  /** `"address port"` of hosts that may be reached, as they were resolved. */
  const resolved: Record<string, true> = Object.create(null)
  const ports: Record<string, string[]> = Object.create(null)
  let listens = false
  let told: Told = () => undefined

  const allow = (rule: string) => {
    if (rule === LISTEN) listens = true
    const at = rule.lastIndexOf(' ')
    const [host, port] = [lower(rule.slice(0, at)), rule.slice(at + 1)]
    if (host[0] === '*') patterns[patterns.length] = { domain: host.slice(1), port }
    else if (host === 'unix') exact[port] = true
    else {
      exact[`${host} ${port}`] = true
      hosts[host] = true
      const own = ports[host] ?? []
      own[own.length] = port
      ports[host] = own
    }
  }
  for (const rule of rules) allow(rule)

  const refuse = (place: string) => {
    if (refused[place] !== true) {
      refused[place] = true
      told(place)
    }
    return REFUSED
  }
  const mayReach = (address: string, port: number) => {
    const ip = lower(address)
    const isNamed = exact[`${ip} ${port}`] === true || exact[`${ip} *`] === true
    const isOfName = resolved[`${ip} ${port}`] === true || resolved[`${ip} *`] === true
    return isNamed || isOfName || matches('', port)
  }
  /** Ports that are open for any host or for a whole domain. */
  const matches = (host: string, port: number | null) => {
    for (let at = 0; at < patterns.length; at += 1) {
      const one = patterns[at]
      if (one === undefined || (port !== null && one.port !== `${port}`)) continue
      if (one.domain === '' || (host !== '' && endsWith(host, one.domain))) return true
    }
    return false
  }
  const mayResolve = (host: string) => hosts[host] === true || matches(host, null)
  /** What a host that may be reached resolved to may be reached at the same ports. */
  const keep = (host: string, address: string) => {
    const own = ports[host]
    if (own !== undefined)
      for (let at = 0; at < own.length; at += 1) resolved[`${address} ${own[at]}`] = true
    for (let at = 0; at < patterns.length; at += 1) {
      const one = patterns[at]
      if (one !== undefined && endsWith(host, one.domain)) resolved[`${address} ${one.port}`] = true
    }
  }

  lockHandles({ mayReach, mayUse: (path) => exact[path] === true, listens: () => listens, refuse })
  lockNames({ mayResolve, keep, refuse })
  syncBuiltinESMExports()
  return {
    allow,
    onRefused: (next) => {
      told = next
    },
  }
}

interface Handles {
  readonly mayReach: (address: string, port: number) => boolean
  readonly mayUse: (path: string) => boolean
  readonly listens: () => boolean
  readonly refuse: (place: string) => number
}

type Method = (...args: never[]) => unknown
type Prototype = Record<string, Method>

/** Runs the original where `may` says so, and gives back the system's refusal where not. */
function guard(
  prototype: Prototype,
  name: string,
  may: (args: readonly unknown[]) => boolean,
  refuse: (args: readonly unknown[]) => unknown,
): void {
  const original = prototype[name]
  if (original === undefined) return
  lock(prototype, name, function (this: unknown, ...args: never[]) {
    return may(args) ? apply(original, this, args) : refuse(args)
  })
}

function lockHandles({ mayReach, mayUse, listens, refuse }: Handles): void {
  const tcp = prototypeOf(net.connect({ host: '127.0.0.1', port: 1, autoSelectFamily: false }))
  const pipe = prototypeOf(net.connect({ path: NOWHERE }))
  for (const name of ['connect', 'connect6'])
    guard(
      tcp,
      name,
      (args) => mayReach(`${args[1]}`, args[2] as number),
      (args) => refuse(`${args[1]} ${args[2]}`),
    )
  guard(
    pipe,
    'connect',
    (args) => mayUse(`${args[1]}`),
    (args) => refuse(`${args[1]}`),
  )
  for (const name of ['bind', 'bind6', 'listen']) {
    guard(tcp, name, listens, () => refuse('listening'))
    guard(pipe, name, listens, () => refuse('listening'))
  }
  const socket = dgram.createSocket('udp4')
  const state = Object.getOwnPropertySymbols(socket).find((one) =>
    `${String(one)}`.includes('state'),
  )
  const udp = Object.getPrototypeOf(
    (socket as unknown as Record<symbol, { handle: object }>)[state as symbol]?.handle,
  )
  for (const name of ['open', 'bind', 'bind6', 'connect', 'connect6', 'send', 'send6'])
    guard(
      udp,
      name,
      () => false,
      () => refuse('UDP'),
    )
  socket.close()
  // Requests for names share what all of these have in common; there a property of a request could be caught.
  for (let shared: object | null = tcp; shared !== null; shared = Object.getPrototypeOf(shared))
    Object.preventExtensions(shared)
}

/** No socket is there: only the class of the handle is wanted. */
const NOWHERE = process.platform === 'win32' ? '\\\\.\\pipe\\keyside-nowhere' : '/dev/null/nowhere'

function prototypeOf(socket: net.Socket): Prototype {
  const { _handle } = socket as unknown as { _handle: object }
  const prototype = Object.getPrototypeOf(_handle)
  socket.on('error', () => undefined).destroy()
  return prototype
}

interface Names {
  readonly mayResolve: (host: string) => boolean
  readonly keep: (host: string, address: string) => void
  readonly refuse: (place: string) => number
}

type Found = string | readonly { readonly address: string }[]

/** A name that is asked for says something too, so others than those of the rules are not. */
function lockNames({ mayResolve, keep, refuse }: Names): void {
  const { Resolver, lookup } = dns
  const resolver = Object.getPrototypeOf((new Resolver() as unknown as { _handle: object })._handle)
  for (const name of Object.getOwnPropertyNames(resolver))
    if (/^(?:query|getHostByAddr|setServers|setLocalAddress)/.test(name))
      guard(
        resolver,
        name,
        () => false,
        (args) => refuse(`${args[1]}`),
      )
  const keepAll = (host: string, found: Found) => {
    if (typeof found === 'string') return keep(host, found)
    for (let at = 0; at < found.length; at += 1) keep(host, found[at]?.address ?? '')
  }
  const isOpen = (host: string) => host === '' || isIP(host) !== 0 || mayResolve(host)

  const guarded = (name: string, ...rest: unknown[]) => {
    const host = lower(`${name ?? ''}`)
    const answer = rest.pop() as (error: Error | null, found?: Found, family?: number) => void
    if (!isOpen(host)) return process.nextTick(answer, notAllowed(host, refuse))
    return apply(lookup, dns, [
      name,
      ...rest,
      (error: Error | null, found: Found, family: number) => {
        if (error === null && isIP(host) === 0) keepAll(host, found)
        answer(error, found, family)
      },
    ] as never)
  }
  Object.defineProperties(guarded, Object.getOwnPropertyDescriptors(lookup))
  lock(dns, 'lookup', guarded)
  // Over the other one: what a promise hands over can be exchanged on its way.
  lock(dns.promises, 'lookup', (name: string, options: number | { all?: boolean } = {}) => {
    const isAll = typeof options === 'object' && options.all === true
    return new Promise((resolve, reject) => {
      guarded(name, options, (error: Error | null, found?: Found, family?: number) => {
        if (error !== null) reject(error)
        else resolve(isAll ? found : { address: found, family })
      })
    })
  })
  lock(dns, 'lookupService', () => {
    throw notAllowed('lookupService', refuse)
  })
  lock(dns.promises, 'lookupService', dns.lookupService)
}

/** For `docs/errors.md`. */
export const OUTGOING_CODE = 'address_not_allowed'

function notAllowed(host: string, refuse: (place: string) => number): Error {
  refuse(host)
  return Object.assign(new Error(`${host} is no address of this home's configuration`), {
    code: OUTGOING_CODE,
    hostname: host,
  })
}
