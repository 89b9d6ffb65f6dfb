// A device follows a provider over a real broker and authority; and everybody who stands in between fails.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brokerConfig } from '@keyside/broker'
import { startBroker } from '@keyside/broker/start'
import {
  type Claims,
  decodeBase64url,
  deriveInvitation,
  enrollAnswerTopic,
  enrollTopic,
  formatInvitation,
  hashText,
  type Invitation,
  type Keyset,
  keysetTopic,
  parseInvitation,
  type SigningKey,
  seconds,
  sign,
} from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import {
  type Clock,
  createLog,
  freePort,
  newJti,
  openLink,
  systemClock,
  systemRandomBytes,
  writePrivate,
} from '@keyside/runtime'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { addSignature, type KeysetFile } from '../authority/keyset/file.ts'
import { openRoot } from '../authority/keyset/root.ts'
import { publishKeyset, renewKeyset, rotateRoot } from '../authority/keyset/tools.ts'
import { PASSPHRASE } from '../authority/testing/provider-home.ts'
import type { Keychain } from '../executor/keychain/port.ts'
import { enrolmentKeys } from '../executor/keychain/provider-keys.ts'
import { followOffer, type Offer, readOffer } from '../executor/providers/follow.ts'
import { markRemoved, providerFiles, readProvider } from '../executor/providers/provider-folder.ts'
import { TestProvider } from '../executor/testing/provider-rig.ts'
import { acme, answerCatalogue, INVITED } from './following.ts'

const log = createLog({ program: 'keyside', level: 'silent' })
/** Waits for what may never come are cut to a fraction; those of brokers are not. */
const hurried = (fraction: (ms: number) => number): Clock => {
  return {
    ...systemClock,
    after: (ms, run) => systemClock.after(ms < 5_000 ? ms : ms * fraction(ms), run),
  }
}
/** Where an engine that does not run is asked for its catalogue (10 s), and an authority that does answers (30 s). */
const genuine = hurried((ms) => (ms === 10_000 ? 0.02 : 0.2))
const clock = hurried(() => 0.1)
/** Where nobody answers who may. */
const hostile = hurried(() => 0.02)

let home = ''
let secrets: Map<string, string>
let keychain: Keychain

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keyside-follow-'))
  const folder = home
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const kept = new Map<string, string>()
  secrets = kept
  keychain = {
    kind: 'vault',
    get: async (name) => kept.get(name) ?? null,
    set: async (name, secret) => void kept.set(name, secret),
    remove: async (name) => kept.delete(name),
    names: async () => [...kept.keys()],
  }
})

const deps = () => ({ home, clock, randomBytes: systemRandomBytes, log })
const offerOf = (link: string, as?: string) => readOffer(link, as, deps())
const accept = (offer: Offer, by = genuine) =>
  followOffer(offer, enrolmentKeys(keychain, systemRandomBytes), { ...deps(), clock: by })
const follow = async (link: string, as?: string) => accept(await offerOf(link, as))
const code = (name: string) => expect.objectContaining({ code: name })

/** Nothing of a provider is there, and no key. */
function expectNothing(): void {
  expect(readdirSync(home)).toEqual([])
  expect([...secrets.keys()]).toEqual([])
}

function read(link: string): Invitation {
  const found = parseInvitation(link, { now: 0, plaintext: true })
  if (!found.ok) throw new Error(found.message)
  return found.invitation
}

test('a link shows who it is and what there is, and following it stores key, token and keyset', async () => {
  const provider = await acme()
  const { link, id } = provider.provider().invite(INVITED)
  const offer = await offerOf(link)
  expect(offer).toMatchObject({
    name: 'acme',
    before: 'none',
    invitation: { root: provider.made.root },
    plans: [{ plan: 'swing', terms: { version: 2, text: 'You may lose all of it.' } }],
  })
  expectNothing()
  const { record, kid, catalogue } = await accept(offer)
  expect(record).toMatchObject({ issuer: 'acme', client: 'alice', plans: ['swing'] })
  expect(record.terms).toEqual([{ plan: 'swing', version: 2 }])
  expect(catalogue.get('swing'), 'no engine runs').toBeNull()
  expect(readProvider(home, 'acme')).toEqual({ state: 'followed', record })
  expect(readdirSync(providerFiles(home, 'acme').folder).sort()).toEqual([
    'access.token',
    'keyset.txt',
    'provider.json',
  ])
  expect([...secrets.keys()]).toEqual(['provider/acme'])
  expect(provider.provider().invitation(id)?.state).toBe('used')
  expect(provider.provider().subscribers()[0]?.kid).toBe(kid)
})

test('the streams of its plans are asked of its engine', async () => {
  const provider = await acme()
  const streams = [{ stream: 'btc', market: 'BTC/USDT', timeframe: '1h' as const, about: 'waits' }]
  await answerCatalogue(provider, streams)
  const { catalogue } = await accept(await offerOf(provider.provider().invite(INVITED).link), clock)
  expect(catalogue.get('swing')).toEqual(streams)
})

test('a link is for one device: another one is told so, and keeps nothing', async () => {
  const provider = await acme()
  const { link } = provider.provider().invite(INVITED)
  const offer = await offerOf(link)
  await accept(offer)
  rmSync(join(home, 'executor'), { recursive: true })
  secrets.clear()
  await expect(accept(offer)).rejects.toThrow(code('invitation_used'))
  expectNothing()
})

test('an answer that was lost comes again for the same link', async () => {
  const provider = await acme()
  const { link } = provider.provider().invite(INVITED)
  const offer = await offerOf(link)
  const keys = enrolmentKeys(keychain, systemRandomBytes)
  const lost = { ...keys, keep: () => Promise.reject(new Error('the power went')) }
  await expect(followOffer(offer, lost, { ...deps(), clock: genuine })).rejects.toThrow(
    'the power went',
  )
  expect(readProvider(home, 'acme').state).toBe('none')
  const { kid } = await follow(link)
  expect(provider.provider().subscribers()[0]?.kid).toBe(kid)
  expect([...secrets.keys()]).toEqual(['provider/acme'])
})

test('no answer leaves the key of the enrolment alone, so that the same link can be tried again', async () => {
  const provider = await acme()
  const { link, id } = provider.provider().invite(INVITED)
  const offer = await offerOf(link)
  await provider.authority.stop()
  await expect(accept(offer, hostile)).rejects.toThrow(code('enrolment_unanswered'))
  expect([...secrets.keys()]).toEqual([`enrolment/${id}/${provider.made.root}`])
  expect(readProvider(home, 'acme').state).toBe('none')
  await provider.begin()
  await accept(offer)
  expect([...secrets.keys()]).toEqual(['provider/acme'])
})

test('a link whose time is over is refused before anybody is asked', async () => {
  const provider = await acme()
  const { link } = provider.provider().invite({ ...INVITED, valid: 1 })
  const late = { ...deps(), clock: { ...clock, now: () => systemClock.now() + 3_600_000 } }
  await expect(readOffer(link, undefined, late)).rejects.toThrow(code('invitation_expired'))
  expectNothing()
})

test('whatever is altered in a link, it leads nowhere', async () => {
  const provider = await acme()
  const { link } = provider.provider().invite(INVITED)
  const invitation = read(link)
  const altered: [Partial<Invitation>, string][] = [
    [{ plans: ['trend'] }, 'invitation_refused'],
    [{ until: invitation.until + 1 }, 'invitation_refused'],
    [{ root: new TestProvider().fingerprint }, 'invitation_refused'],
    [{ secret: `${'A'.repeat(21)}Q` }, 'invitation_refused'],
    [{ id: 'b'.repeat(24) }, 'invitation_refused'],
    [{ provider: 'zeta' }, 'invitation_refused'],
    [{ port: 1 }, 'broker_unreachable'],
  ]
  for (const [change, expected] of altered)
    await expect(offerOf(formatInvitation({ ...invitation, ...change })), expected).rejects.toThrow(
      code(expected),
    )
  for (const text of [
    '',
    'https://example.org',
    link.slice(0, -1),
    `${link} x`,
    link.toUpperCase(),
  ])
    await expect(offerOf(text)).rejects.toThrow(code('invitation_malformed'))
  const cut = link.slice(0, link.indexOf('&'))
  await expect(offerOf(cut), 'as a shell hands it on').rejects.toThrow('in quotation marks')
  const elsewhere = formatInvitation({ ...invitation, host: 'broker.example' })
  await expect(offerOf(elsewhere)).rejects.toThrow(code('invitation_plaintext'))
  expectNothing()
})

test('a link that pairs a bot is not one to follow', async () => {
  const provider = await acme()
  const { link } = provider.provider().invite(INVITED)
  const pairing = formatInvitation({ ...read(link), provider: 'home', plans: [] })
  await expect(offerOf(pairing)).rejects.toThrow(code('invitation_pairs'))
})

/** A broker that lets the link in, as one that stands in between would, and a client with every right there. */
async function hostileBroker(link: string) {
  const invitation = read(link)
  const eve = new TestProvider('acme', 90)
  const folder = mkdtempSync(join(tmpdir(), 'keyside-eve-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const altered = formatInvitation({ ...invitation, port: await freePort() })
  const { port, id, until } = read(altered)
  const known = { id, provider: 'acme', hash: hashText(deriveInvitation(altered).connect), until }
  writePrivate(join(folder, 'access.json'), JSON.stringify({ invitations: [known], refused: [] }))
  const config = {
    authority: eve.authority.publicKey,
    port,
    wsPort: null,
    accessList: 'access.json',
  }
  const broker = await startBroker(brokerConfig.parse(config), {
    home: folder,
    clock: systemClock,
    log,
  })
  onTestFinished(() => broker.stop())
  const heard: string[] = []
  const everything = ['keyside/v1/#']
  const client = openLink({
    url: broker.address.mqtt,
    clientId: 'eve',
    token: eve.access('eve', { publish: everything, subscribe: everything }),
    subscribe: [enrollTopic('acme', id)],
    onMessage: (_, token) => {
      heard.push(token)
      for (const answer of answers) void answer(token)
    },
    log,
  })
  onTestFinished(() => client.close())
  await client.ready
  const answers: ((token: string) => unknown)[] = []
  return { eve, link: altered, invitation: read(altered), client, heard, answers }
}

test('a broker in between that has no keyset, or one of its own root, gets nobody to enrol', async () => {
  const provider = await acme()
  const { eve, link, client, heard } = await hostileBroker(provider.provider().invite(INVITED).link)
  await expect(offerOf(link)).rejects.toThrow(code('keyset_unseen'))
  await client.publish(keysetTopic('acme'), eve.keyset(1), { retain: true })
  await expect(offerOf(link)).rejects.toThrow(code('keyset_root_unknown'))
  expect(heard).toEqual([])
  expectNothing()
})

test('a broker in between that has the true keyset cannot answer for the provider', async () => {
  const provider = await acme()
  const { eve, link, invitation, client, heard, answers } = await hostileBroker(
    provider.provider().invite(INVITED).link,
  )
  await client.publish(keysetTopic('acme'), provider.read('authority/keyset.txt').trim(), {
    retain: true,
  })
  const forge = (key: SigningKey, change: Partial<Claims['answer']>) => (token: string) => {
    const { cnf } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    const iat = seconds(systemClock.now())
    const claims = {
      iss: 'acme',
      aud: hashText(`{"crv":"Ed25519","kty":"OKP","x":"${cnf.jwk.x}"}`),
      iat,
      exp: iat + 30,
      jti: newJti(systemRandomBytes),
      invitation: invitation.id,
      to: hashText(token),
      access: 'a token',
      client: 'alice',
      plans: ['swing'],
      until: 4_000_000_000,
      ...change,
    }
    const answer = sign('answer', claims as Claims['answer'], key)
    return client.publish(enrollAnswerTopic('acme', invitation.id), answer)
  }
  const offer = await offerOf(link)
  answers.push(forge(eve.engine, {}))
  await expect(accept(offer, hostile)).rejects.toThrow(code('enrolment_answer_invalid'))
  expect(heard.length).toBeGreaterThan(0)
  // What it heard helps it nowhere: the secret was not in it.
  const { secret } = invitation
  expect(heard.every((token) => !token.includes(secret))).toBe(true)
  expect(readProvider(home, 'acme').state).toBe('none')
  // An answer of the provider's own for another key, or to another enrolment, is none for this one.
  const seed = decodeBase64url(provider.read('authority/answer.key').trim())
  if (seed === null) throw new Error('no key')
  for (const change of [{ aud: eve.root.kid }, { to: hashText('another') }]) {
    answers.splice(0, answers.length, forge(signingKey(seed), change))
    await expect(accept(offer, hostile)).rejects.toThrow(code('enrolment_answer_invalid'))
  }
  expect(readProvider(home, 'acme').state).toBe('none')
})

test('a second root under a used name is refused without another name, and a removed one keeps its name', async () => {
  const provider = await acme()
  const { link } = provider.provider().invite(INVITED)
  await follow(link)
  markRemoved(home, 'acme', new Date())
  const other = await acme()
  const second = other.provider().invite(INVITED).link
  await expect(offerOf(second)).rejects.toThrow(code('provider_name_taken'))
  await expect(offerOf(second, 'home')).rejects.toThrow(code('provider_name_invalid'))
  await follow(second, 'acme-two')
  expect(readProvider(home, 'acme-two')).toMatchObject({ record: { issuer: 'acme' } })
  const again = provider.provider().invite({ ...INVITED, client: 'bob' }).link
  await expect(offerOf(again, 'other')).rejects.toThrow(code('provider_followed_as'))
  const offer = await offerOf(again)
  expect(offer.before).toBe('removed')
  await accept(offer)
  expect(readProvider(home, 'acme').state).toBe('followed')
})

test('a link from after a change of the root is of the same provider as long as the old root signs too', async () => {
  const provider = await acme()
  const { deps, home: theirs, made } = provider
  await follow(provider.provider().invite(INVITED).link)
  const file = join(theirs, 'authority/root.vault')
  const old = await openRoot({ file, passphrase: PASSPHRASE, randomBytes: systemRandomBytes })
  const next = signingKey(systemRandomBytes(32))
  const publish = (claims: Keyset, ...signers: SigningKey[]) => {
    const draft: KeysetFile = { claims, tokens: [] }
    publishKeyset(deps, signers.reduce(addSignature, draft))
    const { link } = provider.provider().invite({ ...INVITED, client: `v${claims.version}` })
    expect(read(link).root).not.toBe(made.root)
    return link
  }
  const root = { keys: [next.publicKey], threshold: 1 }
  const link = publish(rotateRoot(deps, root, 30), old, next)
  // The authority takes a keyset from the disk four times a second.
  const offer = await vi.waitUntil(() => offerOf(link).catch(() => null))
  expect(offer).toMatchObject({ before: 'followed', root: made.root })
  await expect(offerOf(link, 'other')).rejects.toThrow(code('provider_followed_as'))
  const late = publish(renewKeyset(deps, 30), next)
  await vi.waitFor(() => expect(offerOf(late)).rejects.toThrow(code('provider_name_taken')))
})

test('a plan that the keyset does not have is none to follow', async () => {
  const provider = await acme()
  const zeta = new TestProvider('acme', 60)
  const invitation = read(provider.provider().invite(INVITED).link)
  const { link, client } = await hostileBroker(
    formatInvitation({ ...invitation, root: zeta.fingerprint }),
  )
  await client.publish(keysetTopic('acme'), zeta.keyset(1), { retain: true })
  await expect(offerOf(link)).rejects.toThrow(code('provider_plan_unknown'))
})
