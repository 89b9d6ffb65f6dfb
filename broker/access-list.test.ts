// Invitations, and tokens that were taken back: who is let in, what for, and when it ends.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashText } from '@keyside/protocol'
import { writePrivate } from '@keyside/runtime'
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { expect, onTestFinished, test, vi } from 'vitest'
import { AccessList } from './access-list.ts'
import { startTestBroker, token } from './testing/fixture.ts'

const PASSWORD = 'q'.repeat(43)
const SIGNAL = 'keyside/v1/signal/alpha/trend'
const ENROLL = 'keyside/v1/enroll/alpha/i1'
const KEYSET = 'keyside/v1/keyset/alpha'
const now = Math.floor(Date.now() / 1000)

const invitation = { id: 'i1', provider: 'alpha', hash: hashText(PASSWORD), until: now + 600 }

interface Written {
  readonly invitations?: readonly object[]
  readonly refused?: readonly object[]
}

/** A path, and what writes the list there as the authority does. */
function listFile() {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-broker-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'access.json')
  const write = ({ invitations = [], refused = [] }: Written) =>
    writePrivate(path, JSON.stringify({ invitations, refused }))
  return { path, write }
}

async function dial(url: string, client: string, password: string, options: IClientOptions = {}) {
  const identity = { clientId: client, username: client, password, protocolVersion: 4 as const }
  const mqtt = await connectAsync(url, { ...identity, reconnectPeriod: 0, ...options }, false)
  onTestFinished(() => mqtt.endAsync(true))
  return mqtt
}

const closing = (client: MqttClient) => new Promise<void>((done) => client.once('close', done))

test('who is invited hands in an enrolment and hears its answer and the keyset, and nothing else', async () => {
  const { path, write } = listFile()
  write({ invitations: [invitation] })
  await using at = await startTestBroker({ accessList: path })
  const rights = { publish: ['keyside/v1/#'], subscribe: ['keyside/v1/enroll/alpha/+'] }
  const authority = await dial(at.mqtt, 'authority', token('authority', rights))
  await authority.publishAsync(KEYSET, 'keys', { qos: 1, retain: true })
  const asked: string[] = []
  authority.on('message', (topic, payload) => {
    asked.push(`${topic} ${payload}`)
    authority.publish(`${topic}/answer`, 'welcome', { qos: 1 })
  })
  await authority.subscribeAsync('keyside/v1/enroll/alpha/+', { qos: 1 })

  const device = await dial(at.mqtt, 'join-i1', PASSWORD)
  const came: string[] = []
  device.on('message', (topic, payload) => came.push(`${topic} ${payload}`))
  await device.subscribeAsync([`${ENROLL}/answer`, KEYSET], { qos: 1 })
  await device.publishAsync(ENROLL, 'please', { qos: 1 })
  await vi.waitUntil(() => came.length === 2)
  expect(asked).toEqual([`${ENROLL} please`])
  expect(came.sort()).toEqual([`${ENROLL}/answer welcome`, `${KEYSET} keys`])

  const others = [SIGNAL, ENROLL, 'keyside/v1/enroll/alpha/+/answer', 'keyside/v1/keyset/+', '#']
  for (const filter of others)
    await expect(device.subscribeAsync(filter, { qos: 1 })).rejects.toThrow()
  const closed = closing(device)
  device.publish('keyside/v1/enroll/alpha/i2', 'for another', { qos: 1 })
  await closed
  expect(asked.length).toBe(1)
})

test.each<[string, string, string, string, IClientOptions?]>([
  ['connect_invitation_unknown', 'another password', 'join-i1', 'r'.repeat(43)],
  ['connect_invitation_unknown', 'no password', 'join-i1', ''],
  ['connect_invitation_unknown', 'the hash instead of the password', 'join-i1', invitation.hash],
  ['connect_invitation_unknown', 'an id that nobody was given', 'join-i2', PASSWORD],
  ['connect_invitation_unknown', 'no id', 'join-', PASSWORD],
  ['connect_invitation_unknown', 'an access token of that name', 'join-i1', token('join-i1', {})],
  ['connect_invitation_over', 'an invitation that is over', 'join-old', PASSWORD],
  ['token_malformed', 'the password under another name', 'device', PASSWORD],
  [
    'connect_will',
    'a will on a topic that is not its own',
    'join-i1',
    PASSWORD,
    { will: { topic: SIGNAL, payload: Buffer.from('x'), qos: 1 } },
  ],
])('refuses with %s: %s', async (code, _, client, password, options) => {
  const { path, write } = listFile()
  write({ invitations: [invitation, { ...invitation, id: 'old', until: now - 1 }] })
  await using at = await startTestBroker({ accessList: path })
  await expect(dial(at.mqtt, client, password, options)).rejects.toThrow()
  expect(at.codes()).toEqual([code])
})

test('an invitation that is withdrawn, changed or over ends its connection too', async () => {
  const { path, write } = listFile()
  const three = ['i1', 'i2', 'i3'].map((id) => ({ ...invitation, id }))
  write({ invitations: three })
  await using at = await startTestBroker({ accessList: path })
  const devices = await Promise.all(three.map(({ id }) => dial(at.mqtt, `join-${id}`, PASSWORD)))
  const [first, second, third] = devices.map(closing)
  write({ invitations: [{ ...invitation, id: 'i2', provider: 'beta' }, three[2] ?? {}] })
  at.clock.move(250)
  await Promise.all([first, second])
  expect(devices[2]?.connected).toBe(true)
  at.clock.move(600_000)
  await third
  expect(new Set(at.codes())).toEqual(new Set(['client_refused', 'expired']))
})

test('a client that is refused is off at the next look and stays off, with its will; a newer token and the others stay', async () => {
  const { path, write } = listFile()
  write({})
  await using at = await startTestBroker({ accessList: path })
  const presence = 'keyside/v1/presence/alpha/lost'
  const watcher = await dial(at.mqtt, 'watcher', token('watcher', { subscribe: ['#'] }))
  const came: string[] = []
  watcher.on('message', (topic, payload) => came.push(`${topic} ${payload}`))
  await watcher.subscribeAsync('#', { qos: 1 })
  const old = token('lost', { publish: [presence] }, { iat: now - 100 })
  const will = { topic: presence, payload: Buffer.from('offline'), qos: 1 as const }
  const lost = await dial(at.mqtt, 'lost', old, { will })
  const closed = closing(lost)
  write({ refused: [{ client: 'lost', before: now - 50 }] })
  at.clock.move(250)
  await closed
  await vi.waitUntil(() => came.length === 1)
  expect(came).toEqual([`${presence} offline`])
  await expect(dial(at.mqtt, 'lost', old)).rejects.toThrow()
  const newer = await dial(at.mqtt, 'lost', token('lost', {}, { iat: now - 50 }))
  at.clock.move(250)
  expect([watcher.connected, newer.connected]).toEqual([true, true])
  expect(new Set(at.codes())).toEqual(new Set(['client_refused']))
})

test('a broken list keeps the one before in force, and is told once', async () => {
  const { path, write } = listFile()
  write({ refused: [{ client: 'lost', before: now }] })
  await using at = await startTestBroker({ accessList: path })
  const mistakes = [
    '{"invitations": [',
    '{"invitations": []}',
    JSON.stringify({ invitations: [invitation, invitation], refused: [] }),
    JSON.stringify({ invitations: [], refused: [], more: 1 }),
    JSON.stringify({ invitations: [], refused: [{ client: 'lost', before: Date.now() }] }),
  ]
  for (const [nth, text] of mistakes.entries()) {
    writePrivate(path, text)
    at.clock.move(250)
    at.clock.move(250)
    expect(at.codes().filter((code) => code === 'broker_access_list_broken').length).toBe(nth + 1)
    const old = token('lost', {}, { iat: now - 100 })
    await expect(dial(at.mqtt, 'lost', old)).rejects.toThrow()
  }
  rmSync(path)
  at.clock.move(250)
  await expect(dial(at.mqtt, 'lost', token('lost', {}, { iat: now - 100 }))).rejects.toThrow()
  write({})
  at.clock.move(250)
  await dial(at.mqtt, 'lost', token('lost', {}, { iat: now - 100 }))
})

test('does not start with a broken list, since there is none before it', async () => {
  const { path } = listFile()
  writePrivate(path, '{')
  const refusal = { code: 'broker_access_list_broken', message: expect.stringContaining(path) }
  await expect(startTestBroker({ accessList: path })).rejects.toMatchObject(refusal)
})

test.skipIf(process.platform === 'win32')('does not take a list that others may read', () => {
  const { path } = listFile()
  writeFileSync(path, '{"invitations":[],"refused":[]}', { mode: 0o644 })
  expect(() => new AccessList(path)).toThrow(
    expect.objectContaining({ message: expect.stringContaining('chmod 600') }),
  )
})
