// The floor's program: the parts that no signal can do without, bare, one after the other, each with its time.
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { Agent, request } from 'node:http'
import { DatabaseSync } from 'node:sqlite'
import { instant } from '@keyside/runtime'
import { connectAsync } from 'mqtt'

/** What the system really sent and wrote, so that the floor carries the same. */
export interface FloorSetup {
  readonly broker: number
  readonly exchange: string
  readonly database: string
  readonly topic: string
  readonly payload: string
  /** Rows of each commit before the order request, as text. */
  readonly commits: readonly (readonly string[])[]
  readonly order: { path: string; headers: Record<string, string>; body: string }
}

/** Milliseconds, but `posted`: the instant at which the request was begun. */
export interface FloorSample {
  readonly mqtt: number
  readonly crypto: number
  readonly commits: number
  readonly posted: number
}

process.send?.('started')
const setup = await new Promise<FloorSetup>((resolve) => process.once('message', resolve))
const publisher = await connectAsync(`mqtt://127.0.0.1:${setup.broker}`, { protocolVersion: 4 })
const subscriber = await connectAsync(`mqtt://127.0.0.1:${setup.broker}`, { protocolVersion: 4 })
for (const { stream } of [publisher, subscriber]) if ('setNoDelay' in stream) noDelay(stream)
await subscriber.subscribeAsync(setup.topic, { qos: 1 })

const pair = generateKeyPairSync('ed25519')
const secret = createPrivateKey(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }))
const known = createPublicKey(secret)
const signed = Buffer.from(setup.payload.slice(0, setup.payload.lastIndexOf('.')))

const database = new DatabaseSync(setup.database)
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
database.exec('CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT')
const insert = database.prepare('INSERT INTO rows (body) VALUES (?)')
const agent = new Agent({ keepAlive: true })

process.on('message', () => void sample().then((times) => process.send?.(times)))
process.once('disconnect', () => process.exit())
process.send?.('ready')

async function sample(): Promise<FloorSample> {
  const begun = instant()
  const signature = sign(null, signed, secret)
  const afterSign = instant()
  const mqtt = await hop()
  const beforeVerify = instant()
  if (!verify(null, signed, known, signature)) throw new Error('the signature does not fit')
  const afterVerify = instant()
  for (const rows of setup.commits) commit(rows)
  const commits = instant() - afterVerify
  const posted = await post()
  return { mqtt, crypto: afterSign - begun + afterVerify - beforeVerify, commits, posted }
}

function hop(): Promise<number> {
  return new Promise((resolve) => {
    const begun = instant()
    subscriber.once('message', () => resolve(instant() - begun))
    publisher.publish(setup.topic, setup.payload, { qos: 1 })
  })
}

function commit(rows: readonly string[]): void {
  database.exec('BEGIN IMMEDIATE')
  for (const row of rows) insert.run(row)
  database.exec('COMMIT')
}

function post(): Promise<number> {
  const { path, headers, body } = setup.order
  return new Promise((resolve, reject) => {
    const begun = instant()
    request(`${setup.exchange}${path}`, { method: 'POST', headers, agent }, (response) => {
      response.resume().once('end', () => resolve(begun))
    })
      .once('error', reject)
      .end(body)
  })
}

function noDelay(stream: object): void {
  if ('setNoDelay' in stream && typeof stream.setNoDelay === 'function') stream.setNoDelay(true)
}
