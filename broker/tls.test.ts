// TLS between broker and link: a key that is pinned, a certificate that an authority issued, and what is refused.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, createServer as createTlsServer, type TlsOptions } from 'node:tls'
import {
  createLog,
  type LinkOptions,
  type LinkTrouble,
  openLink,
  writePrivate,
} from '@keyside/runtime'
import { connectAsync } from 'mqtt'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ownCertificate } from './own-certificate.ts'
import { type Issued, issue } from './testing/certificates.ts'
import { startTestBroker, token } from './testing/fixture.ts'

const SIGNAL = 'keyside/v1/signal/home/trend'
const DAY_MS = 86_400_000

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-tls-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

function filesOf({ cert, key }: Issued, folder = newFolder()) {
  const files = { certFile: join(folder, 'given.crt'), keyFile: join(folder, 'given.key') }
  writeFileSync(files.certFile, cert)
  writePrivate(files.keyFile, key)
  return files
}

function linkTo(url: string, options: Partial<LinkOptions> = {}) {
  const troubles: LinkTrouble[] = []
  const link = openLink({
    url,
    clientId: 'device',
    token: token('device', { publish: [SIGNAL], subscribe: [SIGNAL] }),
    subscribe: [],
    onMessage: () => undefined,
    onTrouble: (trouble) => troubles.push(trouble),
    log: createLog({ program: 'device', level: 'silent' }),
    reconnectMs: 5,
    ...options,
  })
  onTestFinished(() => link.close())
  return { ...link, troubles }
}

const local = (url: string) => url.replace('127.0.0.1', 'localhost')
const ca = issue({ name: 'Example CA', isAuthority: true })
const stranger = issue({ name: 'Another CA', isAuthority: true })
const host = issue({ name: 'broker', issuer: ca, hosts: ['localhost', '127.0.0.1', '::1'] })

test.each(['127.0.0.1', '::1'])(
  'a message goes over TLS 1.3 to a broker at %s with a certificate of its own, by the pin alone',
  async (address) => {
    const { pin, ...files } = ownCertificate(newFolder())
    await using at = await startTestBroker({ tls: files, host: address })
    expect([at.mqtt.slice(0, 8), at.ws.slice(0, 6)]).toEqual(['mqtts://', 'wss://'])
    const came: string[] = []
    const onMessage = (_: string, text: string) => void came.push(text)
    const link = linkTo(at.mqtt, { tls: { pin }, subscribe: [SIGNAL], onMessage })
    await link.ready
    await link.publish(SIGNAL, 'enter')
    await vi.waitUntil(() => came.length === 1)
    const { port, hostname } = new URL(at.mqtt)
    const place = { port: Number(port), host: hostname.replace(/[[\]]/g, '') }
    const raw = connectTls({ ...place, rejectUnauthorized: false })
    await new Promise((resolve) => raw.once('secureConnect', resolve))
    expect(raw.getProtocol()).toBe('TLSv1.3')
    raw.destroy()
    expect(at.codes().filter((code) => code !== 'connection_broken')).toEqual([])
  },
)

test('MQTT over WebSocket goes over TLS too', async () => {
  await using at = await startTestBroker({ tls: filesOf(host) })
  const identity = { clientId: 'device', username: 'device', protocolVersion: 4 as const }
  const password = token('device', { publish: [SIGNAL] })
  const options = { ...identity, password, ca: ca.cert, reconnectPeriod: 0 }
  const client = await connectAsync(local(at.ws), options, false)
  onTestFinished(() => client.endAsync(true))
  await client.publishAsync(SIGNAL, 'enter', { qos: 1 })
})

test.each(['127.0.0.1', 'localhost', '[::1]'])(
  'a given certificate is known by its authority, for %s',
  async (name) => {
    const listen = name === '[::1]' ? '::1' : '127.0.0.1'
    await using at = await startTestBroker({ tls: filesOf(host), host: listen })
    const url = `mqtts://${name}:${new URL(at.mqtt).port}`
    await linkTo(url, { tls: { ca: [ca.cert] } }).ready
  },
)

test('with a pin, names and dates do not count', async () => {
  const long = new Date(Date.now() - 400 * DAY_MS)
  const old = issue({
    name: 'x',
    hosts: ['other.example'],
    from: long,
    to: new Date(long.getTime() + DAY_MS),
  })
  await using at = await startTestBroker({ tls: filesOf(old) })
  const pin = ownPin(old)
  await linkTo(at.mqtt, { tls: { pin } }).ready
})

function ownPin({ key }: Issued): string {
  const folder = newFolder()
  writePrivate(join(folder, 'tls.key'), key)
  return ownCertificate(folder).pin
}

const past = (days: number) => new Date(Date.now() - days * DAY_MS)

test.each<[string, string, () => Issued, LinkOptions['tls']]>([
  [
    'broker_tls_wrong_host',
    'a certificate for another host',
    () => issue({ name: 'b', issuer: ca, hosts: ['other.example'] }),
    { ca: [ca.cert] },
  ],
  [
    'broker_tls_expired',
    'a certificate that has expired',
    () => issue({ name: 'b', issuer: ca, hosts: ['localhost'], from: past(3), to: past(2) }),
    { ca: [ca.cert] },
  ],
  [
    'broker_tls_expired',
    'a certificate that is not valid yet',
    () => issue({ name: 'b', issuer: ca, hosts: ['localhost'], from: past(-2), to: past(-3) }),
    { ca: [ca.cert] },
  ],
  [
    'broker_tls_unknown_ca',
    'a certificate of another authority',
    () => issue({ name: 'b', issuer: stranger, hosts: ['localhost'] }),
    { ca: [ca.cert] },
  ],
  [
    'broker_tls_unknown_ca',
    'a certificate of an authority that Node does not know',
    () => host,
    {},
  ],
  [
    'broker_tls_self_signed',
    'a certificate that signed itself',
    () => issue({ name: 'b', hosts: ['localhost'] }),
    { ca: [ca.cert] },
  ],
  [
    'broker_tls_self_signed',
    'an own certificate without a pin',
    () => issue({ name: 'b', hosts: ['localhost'] }),
    {},
  ],
  ['broker_tls_other_key', 'another key than the pinned one', () => host, { pin: 'A'.repeat(43) }],
])('refuses with %s: %s, tells it once, and sends no token', async (code, _, certificate, tls) => {
  const received: Buffer[] = []
  let tries = 0
  const { cert, key } = certificate()
  const url = await tlsServer(
    { cert, key },
    (data) => received.push(data),
    () => {
      tries += 1
    },
  )
  const link = linkTo(url, { tls: tls ?? {} })
  await expect(link.ready).rejects.toMatchObject({ code })
  await vi.waitUntil(() => tries >= 3)
  expect(link.troubles).toEqual([{ code, message: expect.stringContaining('localhost') }])
  expect(received, 'not a byte inside TLS').toEqual([])
})

const OLD = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const

test('refuses with broker_tls_old: a broker that knows TLS 1.1 and no newer', async () => {
  const { cert, key } = host
  const url = await tlsServer({ cert, key, ...OLD }, () => undefined)
  const link = linkTo(url, { tls: { ca: [ca.cert] } })
  await expect(link.ready).rejects.toMatchObject({ code: 'broker_tls_old' })
})

test('refuses with broker_tls_failed: something that answers without TLS', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.write('220 mail.example ESMTP\r\n')
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  const link = linkTo(`mqtts://localhost:${port}`, { tls: { ca: [ca.cert] } })
  await expect(link.ready).rejects.toMatchObject({ code: 'broker_tls_failed' })
})

test('the broker lets in nobody with an older TLS than 1.2, and nobody in clear', async () => {
  await using at = await startTestBroker({ tls: filesOf(host) })
  const { port } = new URL(at.mqtt)
  const refused = (options: object) =>
    new Promise<string>((resolve) => {
      const socket = connectTls({ port: Number(port), host: '127.0.0.1', ca: ca.cert, ...options })
      socket.once('secureConnect', () => resolve(`let in with ${socket.getProtocol()}`))
      socket.once('error', ({ code = '' }: NodeJS.ErrnoException) => resolve(code))
    })
  expect(await refused(OLD)).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION')
  expect(await refused({ maxVersion: 'TLSv1.2' })).toBe('let in with TLSv1.2')
  const plain = connect(Number(port), '127.0.0.1')
  const answer: Buffer[] = []
  plain.on('data', (chunk: Buffer) => answer.push(chunk))
  plain.on('error', () => undefined)
  plain.write('\x10\x1e\x00\x04MQTT\x04\x82\x00\x3c\x00\x08stranger\x00\x08stranger')
  await new Promise((resolve) => plain.once('close', resolve))
  expect(Buffer.concat(answer)[0] ?? 0x15, 'nothing, or a TLS alert').toBe(0x15)
})

test('a renewed certificate is shown to who comes, and nobody who is connected notices', async () => {
  const folder = newFolder()
  const files = filesOf(host, folder)
  await using at = await startTestBroker({ tls: files })
  const link = linkTo(local(at.mqtt), { tls: { ca: [ca.cert] } })
  await link.ready
  const renewed = issue({ name: 'broker', issuer: ca, hosts: ['localhost'] })
  writeFileSync(files.certFile, renewed.cert)
  at.clock.move(250)
  expect(at.codes(), 'the key of the one before does not fit').toEqual([
    'broker_certificate_broken',
  ])
  await linkTo(local(at.mqtt), { tls: { pin: ownPin(host) }, clientId: 'a', token: token('a', {}) })
    .ready
  writePrivate(files.keyFile, renewed.key)
  at.clock.move(250)
  await linkTo(local(at.mqtt), {
    tls: { pin: ownPin(renewed) },
    clientId: 'b',
    token: token('b', {}),
  }).ready
  await link.publish(SIGNAL, 'still here')
  expect(link.connected()).toBe(true)
})

test.each<[string, (keyFile: string) => void]>([
  ['another key', (keyFile) => writePrivate(keyFile, stranger.key)],
  ['a key that others may read', (keyFile) => chmodSync(keyFile, 0o644)],
  ['no key', (keyFile) => rmSync(keyFile)],
])('does not start with a certificate and %s', async (_, spoil) => {
  const files = filesOf(host)
  spoil(files.keyFile)
  const refusal = {
    code: 'broker_certificate_broken',
    message: expect.stringContaining('given.key'),
  }
  await expect(startTestBroker({ tls: files })).rejects.toMatchObject(refusal)
})

test('listens in clear beyond this machine only where the configuration says so', async () => {
  const refusal = { code: 'broker_plaintext', message: expect.stringContaining('plaintext: yes') }
  await expect(startTestBroker({ host: '0.0.0.0' })).rejects.toMatchObject(refusal)
  await using open = await startTestBroker({ host: '0.0.0.0', plaintext: 'yes' })
  await using safe = await startTestBroker({ host: '0.0.0.0', tls: filesOf(host) })
  expect([open.mqtt.slice(0, 7), safe.mqtt.slice(0, 8)]).toEqual(['mqtt://', 'mqtts://'])
})

/** A TLS server that tells what it received. */
async function tlsServer(
  options: TlsOptions,
  onData: (data: Buffer) => void,
  onConnection: () => void = () => undefined,
): Promise<string> {
  const open = new Set<{ destroy(): void }>()
  const server = createTlsServer(options, (socket) => {
    socket.on('error', () => undefined)
    socket.on('data', onData)
  })
  server.on('connection', (socket) => {
    open.add(socket)
    onConnection()
  })
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  const { port } = server.address() as { port: number }
  return `mqtts://localhost:${port}`
}
