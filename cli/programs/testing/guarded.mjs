// A process whose connections are guarded: it tries each of the places that it is told, and says what became of it.
import dgram from 'node:dgram'
import dns, { lookup } from 'node:dns'
import net from 'node:net'

const { guardOutgoing } = await import('../outgoing.ts')
const { rules, tries } = JSON.parse(process.argv[2] ?? '')
const refused = []
const { allow, onRefused } = guardOutgoing(rules)
onRefused((place) => refused.push(place))

// What a dependency could replace later.
Set.prototype.has = () => true
String.prototype.endsWith = () => true
String.prototype.toLowerCase = () => rules[0]
const iterate = Array.prototype[Symbol.iterator]

const settled = (emitter, name) =>
  new Promise((resolve) =>
    emitter.once('error', ({ code }) => resolve(code)).once(name, () => resolve('connected')),
  )
const WAYS = {
  // To its guard it looks like the place in `seen`.
  disguised: async ([host, port, seen, seenPort]) => {
    Array.prototype[Symbol.iterator] = function () {
      const all = this[1] === host ? [this[0], seen, seenPort] : this
      return Reflect.apply(iterate, all, [])
    }
    const said = settled(net.connect({ host, port, autoSelectFamily: false }), 'connect')
    await new Promise((resolve) => setImmediate(resolve))
    Array.prototype[Symbol.iterator] = iterate
    return said
  },
  // What is set on the request for a name is caught, where it shares something with what a socket has.
  caught: ([host, name]) => {
    const socket = net.connect({ host: '127.0.0.1', port: 1, autoSelectFamily: false })
    socket.once('error', () => undefined)
    const property = {
      configurable: true,
      set(then) {
        then(null, host, 4)
      },
    }
    const shared = []
    for (
      let at = Object.getPrototypeOf(socket._handle);
      at !== null;
      at = Object.getPrototypeOf(at)
    )
      shared.push(at)
    const open = shared.filter((at) => Reflect.defineProperty(at, 'callback', property))
    lookup(name, () => undefined)
    for (const at of open) delete at.callback
    return open.length
  },
  // A promise whose value is another one by the time that it is there.
  exchanged: ([host, name]) => {
    const { prototype } = Promise
    const before = Object.getOwnPropertyDescriptors(prototype)
    const put = (property, value) => Object.defineProperty(prototype, property, { value })
    put('constructor', Object)
    put('then', (take) => take({ address: host, family: 4 }))
    void dns.promises.lookup(name)
    Object.defineProperties(prototype, before)
    return undefined
  },
  tcp: ([host, port]) => settled(net.connect({ host, port }), 'connect'),
  unix: ([path]) => settled(net.connect({ path }), 'connect'),
  handle: ([host, port]) => {
    const socket = net.connect({ host, port })
    socket.once('error', () => undefined)
    return socket._handle.connect({}, host, port)
  },
  lookup: ([host]) =>
    new Promise((resolve) => lookup(host, (error) => resolve(error?.code ?? 'found'))),
  promised: ([host]) =>
    dns.promises.lookup(host).then(
      () => 'found',
      ({ code }) => code,
    ),
  resolve: ([host]) =>
    dns.promises.resolve4(host).then(
      () => 'found',
      ({ code }) => code,
    ),
  udp: ([host, port]) => {
    const socket = dgram.createSocket('udp4')
    socket.send('x', port, host, (error) => socket.emit(error ? 'error' : 'sent', error))
    return settled(socket, 'sent')
  },
  listen: () => settled(net.createServer().listen(0, '127.0.0.1'), 'listening'),
  allow: ([rule]) => allow(rule),
  replace: () => {
    try {
      dns.lookup = () => undefined
      return 'replaced'
    } catch (error) {
      return error.constructor.name
    }
  },
}
const said = []
for (const [way, ...place] of tries) said.push((await WAYS[way](place)) ?? null)
process.stdout.write(JSON.stringify({ said, refused }), () => process.exit())
