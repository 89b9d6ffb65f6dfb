// A provider whose engine key was stolen: broker, authority and the engine's own outbox are the real ones; a thief has the
// engine's key and every right at the broker.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brokerConfig, ownCertificate } from '@keyside/broker'
import { startBroker } from '@keyside/broker/start'
import {
  type Access,
  requestTopic,
  type Signal,
  type SigningKey,
  seconds,
  sign,
  signalTopic,
} from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import {
  createLog,
  freePort,
  type Link,
  makeSigningKey,
  newJti,
  openLink,
  readSigningKey,
  systemClock,
  systemRandomBytes,
  tlsTrust,
  writePrivate,
} from '@keyside/runtime'
import { authorityConfig } from '../authority/config.ts'
import { addSignature, signedText } from '../authority/keyset/file.ts'
import { openRoot } from '../authority/keyset/root.ts'
import {
  currentKeyset,
  publishKeyset,
  renewKeyset,
  revokeKey,
  rotateRoot,
} from '../authority/keyset/tools.ts'
import { makeProviderKeys } from '../authority/make-provider.ts'
import { Provider } from '../authority/provider.ts'
import { startAuthority } from '../authority/start.ts'
import type { Keychain } from '../executor/keychain/port.ts'
import { enrolmentKeys } from '../executor/keychain/provider-keys.ts'
import { followOffer, readOffer } from '../executor/providers/follow.ts'
import { openOutbox } from '../strategy-engine/publish/database.ts'
import { Outbox } from '../strategy-engine/publish/outbox.ts'
import { headMessage } from '../strategy-engine/publish/retained-messages.ts'
import { EngineSigner } from '../strategy-engine/publish/signer.ts'
import { Requests } from '../strategy-engine/requests/answer.ts'
import { SubscriberList } from '../strategy-engine/requests/subscriber-list.ts'
import type { Decision } from '../strategy-engine/strategies/decision.ts'
import { strategy } from '../strategy-engine/testing/rules.ts'
import { until } from './test-system.ts'
import { PLAN, rowOf, STREAM, Thief, times } from './thief.ts'

const CLIENT = 'alice'
const PASSPHRASE = 'correct horse battery'
const DAY = 86_400
const log = createLog({ program: 'test', level: 'silent' })
const parts = { clock: systemClock, randomBytes: systemRandomBytes }
const EVERYTHING: Access['acl'] = { publish: ['keyside/v1/#'], subscribe: ['keyside/v1/#'] }

export async function compromisedProvider(name: string) {
  const home = mkdtempSync(join(tmpdir(), `keyside-${name}-`))
  const undo: (() => unknown)[] = [() => rmSync(home, { recursive: true })]
  const port = await freePort()
  const { pin, ...tls } = ownCertificate(join(home, 'broker'))
  const own = { url: `mqtts://127.0.0.1:${port}`, tls: `pin:${pin}` }
  const config = authorityConfig.parse({
    provider: name,
    broker: own,
    addresses: [own],
    plans: { [PLAN]: { about: 'Follows the trend', markets: ['BTC/USDT'] } },
  })
  const stolen = makeSigningKey(join(home, 'engine/engine.key'), systemRandomBytes)
  const deps = { home, config, ...parts }
  const keys = { passphrase: PASSPHRASE, engineKey: stolen.publicKey, cost: 2 ** 4 }
  const made = await makeProviderKeys({ ...deps, ...keys })
  const listen = { port, wsPort: null, accessList: 'broker/access.json', tls }
  const broker = await startBroker(brokerConfig.parse({ authority: made.authority, ...listen }), {
    home,
    clock: systemClock,
    log,
  })
  undo.push(() => broker.stop())
  const access = readSigningKey(join(home, 'authority/authority.key'))
  writePrivate(join(home, 'authority/authority.token'), accessToken('authority', access))
  const connect = async (
    client: string,
    subscribe: string[] = [],
    onMessage: (topic: string, token: string) => void = () => undefined,
  ) => {
    const trust = { url: own.url, tls: tlsTrust(own.tls) }
    const token = accessToken(client, access)
    const link = openLink({ ...trust, clientId: client, token, subscribe, onMessage, log })
    undo.push(() => link.close())
    await link.ready
    return link
  }
  const begin = async () => {
    const authority = startAuthority(config, { home, log, clock: systemClock })
    undo.push(() => authority.stop())
    await authority.ready
    return authority
  }
  const authority = await begin()
  const engine = await openEngine(home, name, connect)
  undo.push(() => engine.close())
  const thief = new Thief(name, stolen, await connect('thief'), engine.outbox)
  let root = await openRoot({
    file: join(home, 'authority/root.vault'),
    passphrase: PASSPHRASE,
    randomBytes: systemRandomBytes,
  })
  const publish = (claims: ReturnType<typeof renewKeyset>) =>
    publishKeyset(deps, addSignature({ claims, tokens: [] }, root))
  return {
    name,
    stolen,
    engine,
    thief,
    authority,
    begin,
    url: own.url,
    keyset: () => readFileSync(join(home, 'authority/keyset.txt'), 'utf8').trim(),
    /** The next keyset, which counts so long. */
    renew: (lives: number) => publish(renewKeyset(deps, lives / DAY)),
    /** The next keyset, without the stolen key. Resolves when the engine signs with its successor and has said so. */
    revoke: async () => {
      publish(revokeKey(deps, stolen.kid, 30))
      if (!(await engine.takesNextKey())) throw new Error('the engine has no next key')
    },
    /** Signed by the root, and not what it has signed under this version before. */
    twinKeyset: () => {
      const { claims } = currentKeyset(deps)
      return signedText(
        addSignature({ claims: { ...claims, jti: newJti(systemRandomBytes) }, tokens: [] }, root),
      )
    },
    /** Another root takes the place of the one before, which is left out of the keyset after this one. */
    replacesRoot: () => {
      const next = signingKey(systemRandomBytes(32))
      const claims = rotateRoot(deps, { keys: [next.publicKey], threshold: 1 }, 30)
      publishKeyset(deps, addSignature(addSignature({ claims, tokens: [] }, root), next))
      root = next
    },
    leavesOldRootsOut: () => {
      const claims = renewKeyset(deps, 30)
      publish({ ...claims, roots: claims.roots.slice(-1) })
    },
    publishRevocation: () => publish(revokeKey(deps, stolen.kid, 30)),
    /** As "keyside follow" does it. */
    follow: async (device: string, keychain: Keychain) => {
      const provider = new Provider(deps)
      const ends = seconds(systemClock.now()) + 300 * DAY
      const asked = { client: CLIENT, plans: [PLAN], until: ends, valid: 600, replace: false }
      const { link } = provider.invite(asked)
      provider.close()
      const followDeps = { home: device, log, ...parts }
      const offer = await readOffer(link, undefined, followDeps)
      await followOffer(offer, enrolmentKeys(keychain, systemRandomBytes), followDeps)
    },
    close: async () => {
      for (const step of undo.reverse()) await step()
    },
  }
}

export type CompromisedProvider = Awaited<ReturnType<typeof compromisedProvider>>

type Connect = (
  client: string,
  subscribe: string[],
  onMessage: (topic: string, token: string) => void,
) => Promise<Link>

/** Outbox, signer and answers of the real engine; what it decides and what is lost on the way, a test says. */
async function openEngine(home: string, name: string, connect: Connect) {
  const party = { issuer: name, client: 'engine', randomBytes: systemRandomBytes }
  const signer = new EngineSigner(party, join(home, 'engine/engine.key'))
  const database = openOutbox(':memory:')
  const outbox = new Outbox(database, signer)
  outbox.openStream({ name: STREAM, plan: PLAN, market: 'BTC/USDT' })
  outbox.commit()
  const subscribers = new SubscriberList(join(home, 'engine/subscribers.json'), () => undefined)
  const row = { stream: STREAM, market: 'BTC/USDT', timeframe: '1s' as const, about: 'a test' }
  const catalogue = () => [row]
  const requests = new Requests({ signer, outbox, subscribers, catalogue, clock: systemClock, log })
  const asked: string[] = []
  const link: Link = await connect('engine', [requestTopic(name, CLIENT)], (topic, token) => {
    asked.push(token)
    const answer = requests.answer(topic, token)
    if (answer !== null) void link.publish(answer.topic, answer.token)
  })
  const rules = strategy({ timeframe: '1s' })
  const head = async () => {
    const rows = [outbox.stream(STREAM)].flatMap((each) => each ?? [])
    const { topic, token } = headMessage(signer, PLAN, rows, seconds(systemClock.now()))
    await link.publish(topic, token, { retain: true })
  }
  const signNext = (kind: 'entry' | 'exit', size: Signal['size']) => {
    const said = { size, ref: '50000', reason: 'scripted' }
    const decision: Decision =
      kind === 'entry' ? { kind, ...said, stop: '40000', exits: {} } : { kind, ...said }
    // Its candle closes now.
    const start = seconds(systemClock.now()) - 1
    const signed = outbox.sign({ issuer: name, strategy: rules, start, decision })
    outbox.commit()
    if (signed === null) throw new Error('decided twice')
    return signed
  }
  const send = async ({ token }: { readonly token: string }) => {
    await link.publish(signalTopic(name, PLAN), token)
    await head()
  }
  const follow = () => {
    subscribers.look()
    signer.follow(subscribers.keyset)
    return subscribers.keyset.version
  }
  follow()
  await head()
  return {
    outbox,
    head,
    asked,
    enter: (value = '100') => send(signNext('entry', { unit: 'quote', value })),
    /** Signed, and not sent yet. */
    keepsEntry: () => signNext('entry', { unit: 'quote', value: '100' }),
    send,
    exit: (percent = '100') => send(signNext('exit', { unit: 'percent', value: percent })),
    /** An exit that a broker drops. */
    losesExit: (percent: string) => {
      signNext('exit', { unit: 'percent', value: percent })
      return head()
    },
    takesNextKey: async () => {
      const before = signer.key.kid
      await until('the published keyset', () => follow() > 0 && signer.key.kid !== before)
      await head()
      return signer.key.kid !== before
    },
    row: () => rowOf(outbox),
    close: () => database.close(),
  }
}

function accessToken(client: string, authority: SigningKey): string {
  const parties = { iss: 'authority', sub: client, aud: 'broker' }
  const dates = times(seconds(systemClock.now()) - 1, 3600)
  return sign('access', { ...parties, ...dates, acl: EVERYTHING }, authority)
}
