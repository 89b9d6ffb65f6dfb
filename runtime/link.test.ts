// The link to a broker: unreachable, refusing, and with another program that uses the name.
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type ListenOptions, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeToStream } from 'mqtt-packet'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type Link, type LinkOptions, type LinkTrouble, openLink } from './link.ts'
import { ReconnectBackoff } from './link-backoff.ts'
import { createLog } from './log.ts'

const TOPIC = 'keyside/v1/command/device'

function linkTo(url: string, options: Partial<LinkOptions> = {}): Link {
  const link = openLink({
    url,
    clientId: 'device',
    token: 'x',
    subscribe: [],
    onMessage: () => undefined,
    log: createLog({ program: 'device', level: 'silent' }),
    reconnectMs: 5,
    ...options,
  })
  onTestFinished(() => link.close())
  return link
}

interface Tries {
  readonly url: string
  /** What the client wrote first, one text a connection. */
  readonly connects: string[]
}

/** A raw TCP broker: `answer` gets the number of the connection and the bytes received, and writes its answer. */
async function brokerOfBytes(
  host: string,
  answer: (nth: number, came: Buffer, socket: Socket) => void,
): Promise<Tries> {
  const connects: string[] = []
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    const nth = connects.push('') - 1
    open.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', (came: Buffer) => {
      connects[nth] ||= came.toString('latin1')
      answer(nth, came, socket)
    })
  }).listen(0, host)
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `mqtt://${host.includes(':') ? `[${host}]` : host}:${port}`, connects }
}

const isConnect = (came: Buffer) => came[0] === 0x10
const connack = (code: number) => Buffer.from([0x20, 2, 0, code])
/** MQTT 3.1.1 section 3.9: the packet identifier of the SUBSCRIBE, and one return code. */
const suback = (came: Buffer, code: number) =>
  Buffer.from([0x90, 3, came[2] ?? 0, came[3] ?? 0, code])

test.each(['127.0.0.1:1883', 'http://127.0.0.1:1883', 'ws://127.0.0.1:8083', ''])(
  'does not try "%s", which is no address of a broker',
  (url) => {
    const refusal = {
      code: 'address_invalid',
      message: expect.stringMatching(/expected mqtts:\/\/host:port/),
    }
    expect(() => linkTo(url)).toThrow(expect.objectContaining(refusal))
  },
)

test('publishes nothing while there is no connection, and keeps nothing for later', async () => {
  const link = linkTo('mqtt://127.0.0.1:9')
  await expect(link.publish('keyside/v1/report/device', 'x')).rejects.toMatchObject({
    code: 'broker_unreachable',
  })
  expect(link.connected()).toBe(false)
})

test('keeps no table of all numbers', () => {
  writeToStream.cacheNumbers = true
  linkTo('mqtt://127.0.0.1:9')
  expect(writeToStream.cacheNumbers).toBe(false)
})

test('reaches a broker at an IPv6 address, written as a broker prints it', async () => {
  const { url } = await brokerOfBytes('::1', (_, __, socket) => socket.write(connack(0)))
  await linkTo(url).ready
})

test('begins TLS with a broker that has an IP address and no name', async () => {
  const { url, connects } = await brokerOfBytes('127.0.0.1', (_, __, socket) => socket.destroy())
  linkTo(url.replace('mqtt:', 'mqtts:'))
  await vi.waitUntil(() => connects[0])
  expect(connects[0]?.charCodeAt(0), 'a TLS handshake').toBe(0x16)
})

test.each([
  ['home', /keyside init --renew/],
  ['provider', /ask your provider/],
  ['device', /pair it anew: "keyside pair bot"/],
] as const)(
  'a refused token of the %s is told once, tried again, and a new one in its place works',
  async (issuer, advice) => {
    const { url, connects } = await brokerOfBytes('127.0.0.1', (_, came, socket) =>
      socket.write(connack(came.includes('good') ? 0 : 5)),
    )
    const troubles: LinkTrouble[] = []
    let token = 'bad'
    const ready = Promise.withResolvers<void>()
    const link = linkTo(url, {
      token: () => token,
      issuer,
      onTrouble: (trouble) => troubles.push(trouble),
      onReady: ready.resolve,
    })
    await expect(link.ready).rejects.toMatchObject({ code: 'broker_refused' })
    await vi.waitUntil(() => connects.length >= 3, 10_000)
    expect(troubles).toEqual([{ code: 'broker_refused', message: expect.stringMatching(advice) }])
    token = 'good'
    await ready.promise
  },
)

test('sends no token to another machine in clear, unless that is accepted', () => {
  const url = 'mqtt://192.0.2.1:1'
  const refusal = { code: 'broker_plaintext', message: expect.stringContaining('use mqtts://') }
  expect(() => linkTo(url)).toThrow(expect.objectContaining(refusal))
  expect(linkTo(url, { plaintext: 'yes' }).connected()).toBe(false)
})

test('a broker that has no place now is asked again', async () => {
  const { url } = await brokerOfBytes('127.0.0.1', (nth, _, socket) =>
    socket.write(connack(nth === 0 ? 3 : 0)),
  )
  await linkTo(url).ready
})

test('is subscribed when the broker has answered for each topic, and not sooner, nor when the connection is gone', async () => {
  const asked = Promise.withResolvers<() => void>()
  const { url } = await brokerOfBytes('127.0.0.1', (nth, came, socket) => {
    if (nth > 0) return undefined
    if (isConnect(came)) return socket.write(connack(0))
    if (!came.includes(TOPIC)) return socket.write(suback(came, 1))
    return asked.resolve(() =>
      socket.write(suback(came, 1), () => setImmediate(() => socket.destroy())),
    )
  })
  const states: boolean[] = []
  const gone = Promise.withResolvers<void>()
  const link = linkTo(url, {
    subscribe: ['keyside/v1/command/other', TOPIC],
    onReady: () => states.push(link.subscribed()),
    onLost: gone.resolve,
  })
  const answer = await asked.promise
  expect([link.connected(), link.subscribed()]).toEqual([true, false])
  answer()
  await gone.promise
  expect([...states, link.subscribed()]).toEqual([true, false])
})

test('a refused subscription is told and asked for again, and the others stand meanwhile', async () => {
  const other = 'keyside/v1/command/other'
  let asked = 0
  const { url, connects } = await brokerOfBytes('127.0.0.1', (_, came, socket) => {
    if (isConnect(came)) return socket.write(connack(0))
    const isOther = came.includes(other)
    if (isOther) asked += 1
    return socket.write(suback(came, isOther && asked < 3 ? 128 : 1))
  })
  const troubles: LinkTrouble[] = []
  let stood = 0
  const link = linkTo(url, {
    subscribe: [other, TOPIC],
    onTrouble: (trouble) => troubles.push(trouble),
    onReady: () => {
      stood += 1
    },
  })
  await expect(link.ready).rejects.toMatchObject({ code: 'broker_refused' })
  await vi.waitUntil(() => asked === 3, 10_000)
  expect([stood, connects.length], 'one connection, which serves').toEqual([1, 1])
  expect(troubles).toEqual([
    { code: 'broker_refused', message: expect.stringContaining(`a subscription (${other})`) },
  ])
})

test('a message that the disk does not take says why and what to do, once, and comes again until it is taken', async () => {
  const message = { cmd: 'publish', topic: TOPIC, payload: 'x', qos: 1, messageId: 7 } as const
  const broker = await brokerOfBytes('127.0.0.1', (_, came, socket) => {
    if (!isConnect(came)) return
    socket.write(connack(0))
    writeToStream({ ...message, dup: false, retain: false }, socket)
  })
  const lines: string[] = []
  const log = createLog({
    program: 'device',
    level: 'info',
    destination: { write: (line: string) => lines.push(line) },
  })
  const full = Object.assign(new Error('full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 })
  let tries = 0
  const { promise: taken, resolve } = Promise.withResolvers<void>()
  linkTo(broker.url, {
    log,
    onMessage: async () => {
      tries += 1
      if (tries < 3) throw full
      resolve()
    },
  })
  await taken
  const said = lines.filter((line) => line.includes('message not handled'))
  expect(said).toEqual([expect.stringContaining('the disk is full: make room on it')])
})

test('notices that its connections are ended one after the other, and says that somebody wants its name', async () => {
  const { url, connects } = await brokerOfBytes('127.0.0.1', (_, came, socket) => {
    socket.write(isConnect(came) ? connack(0) : suback(came, 1))
    if (!isConnect(came)) socket.end()
  })
  const troubles: LinkTrouble[] = []
  linkTo(url, { subscribe: [TOPIC], onTrouble: (trouble) => troubles.push(trouble) })
  await vi.waitUntil(() => connects.length >= 4, 10_000)
  expect(troubles).toEqual([
    { code: 'client_taken_over', message: expect.stringContaining('another program') },
  ])
})

/** The longest and the shortest that chance allows. */
const paceOf = (chance: number) => ({ baseMs: 1000, maxMs: 30_000, random: () => chance })

test('waits longer each time the connection is taken away, until one stands', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const backoff = new ReconnectBackoff(paceOf(1))
  const lose = () => {
    backoff.connected()
    backoff.ready()
    backoff.dropped()
    backoff.over()
    return backoff.delayMs()
  }
  expect(backoff.delayMs(), 'nothing happened yet').toBe(1000)
  expect([lose(), lose(), lose(), lose(), lose()]).toEqual([1000, 5000, 7000, 9000, 9000])
  backoff.connected()
  vi.advanceTimersByTime(30_000)
  expect(lose(), 'it stood').toBe(1000)
})

test('waits longer each time it is refused, a minute at most, until it works', () => {
  const backoff = new ReconnectBackoff(paceOf(0))
  const waits = Array.from({ length: 7 }, () => {
    backoff.refused()
    backoff.over()
    return backoff.delayMs() / 1000
  })
  expect(waits).toEqual([2.1, 4.1, 8.1, 16.1, 32.1, 60.1, 60.1])
  backoff.ready()
  expect(backoff.delayMs(), 'an answered attempt did not fail').toBe(100)
})

test('waits by chance, twice as long at most after each attempt that fails, half a minute in the end, until one works', () => {
  const waits = (chance: number) => {
    const backoff = new ReconnectBackoff(paceOf(chance))
    const fail = () => {
      backoff.over()
      return backoff.delayMs()
    }
    const growing = [backoff.delayMs(), ...Array.from({ length: 6 }, fail)]
    backoff.connected()
    backoff.over()
    return [...growing, backoff.delayMs()]
  }
  expect(waits(1)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 1000])
  expect(waits(0)).toEqual([100, 100, 100, 100, 100, 100, 100, 100])
  expect(waits(0.5)).toEqual([550, 1050, 2050, 4050, 8050, 15_050, 15_050, 550])
})

test.skipIf(process.platform === 'win32')(
  'waits longer after each failed try where others may come too, and not on the Unix socket of this home',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ks-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const near = await closingServer({ path: join(folder, 'broker.sock') })
    const far = await closingServer({ port: 0, host: '127.0.0.1' })
    const { port } = far.server.address() as AddressInfo
    linkTo(`mqtt://127.0.0.1:${port}`, { random: () => 1 })
    linkTo(`unix:${join(folder, 'broker.sock')}`, { random: () => 1 })
    await vi.waitUntil(() => near.tries.length >= 12, 10_000)
    expect(far.tries.length).toBeLessThan(8)
    await vi.waitUntil(() => far.tries.length >= 6, 10_000)
    const [first = 0, , , , , last = 0] = far.tries
    // Timers may fire a millisecond early.
    expect(last - first).toBeGreaterThanOrEqual(10 + 20 + 40 + 80 + 150 - 5)
  },
)

/** Closes each connection, and notes when. */
async function closingServer(place: ListenOptions) {
  const tries: number[] = []
  const server = createServer((socket) => {
    tries.push(performance.now())
    socket.on('error', () => undefined)
    socket.destroy()
  }).listen(place)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { server, tries }
}
