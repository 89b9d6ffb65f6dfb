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
Object.prototype['127.0.0.1 1'] = true

const settled = (emitter, name) =>
  new Promise((resolve) =>
    emitter.once('error', ({ code }) => resolve(code)).once(name, () => resolve('connected')),
  )
const WAYS = {
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
