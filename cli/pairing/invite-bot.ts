// The device's side of pairing a bot on another host: a link, one key that comes with it, and a person who compares.
import { enrolmentAnswer } from '@keyside/authority'
import {
  deriveInvitation,
  encodeBase64url,
  enrollAnswerTopic,
  enrollTopic,
  formatInvitation,
  HOME,
  hashText,
  keysetTopic,
  rootFingerprint,
  type SigningKey,
  seconds,
  sign,
  type Verified,
  verifyEnroll,
  WIRE_VERSIONS,
} from '@keyside/protocol'
import {
  type Clock,
  type Link,
  type Logger,
  newJti,
  openLink,
  type RandomBytes,
  type TlsTrust,
} from '@keyside/runtime'
import { ASKING_BOT_RIGHTS } from '../home/home-rights.ts'
import { accessToken, LIFE_SECONDS } from '../home/home-tokens.ts'
import { allowInvitation, allowNobody, shutOut } from './access-list.ts'

export interface InviteBotOptions {
  /** KEYSIDE_HOME of the device. */
  readonly home: string
  /** Signs the home's access tokens. */
  readonly authority: SigningKey
  /** The device's own key: for the bot it is the root of all that comes from here. */
  readonly device: SigningKey
  /** How this machine reaches the home broker. */
  readonly url: string
  readonly trust: TlsTrust
  /** How the bot's host does; IPv6 in brackets. */
  readonly address: { readonly host: string; readonly port: number; readonly tls: string }
  /** Seconds for which the link counts. */
  readonly valid: number
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly log: Logger
  readonly onLink: (link: string, until: number) => void
  /** Another key came with the link after the first. */
  readonly onSecond: () => void
  /** Whether the person at the device says that this is the fingerprint which the bot shows. */
  readonly confirm: (kid: string) => Promise<boolean>
  /** Makes this key the only one of a bot that counts here. */
  readonly pair: (publicKey: string) => void
}

export type Pairing = 'paired' | 'declined' | 'nobody_came'

/** Of the command's own access, and of the device's keyset, seconds. */
const PAIRING_LIFE = 3_600
/** The answer is on its way; a bot that lost it asks again, ms. */
const LINGER_MS = 2_000
/** Two looks of the broker, ms. */
const LOOK_MS = 500
const CLIENT = 'pairing'

/** Rejects with the codes of the link to the broker. */
export async function inviteBot(options: InviteBotOptions): Promise<Pairing> {
  const { home, address, device, clock, randomBytes, onLink } = options
  const now = seconds(clock.now())
  const until = Math.ceil(now + options.valid)
  const id = Buffer.from(randomBytes(12)).toString('hex')
  const root = { keys: [device.publicKey], threshold: 1 }
  const link = formatInvitation({
    ...address,
    provider: HOME,
    id,
    root: rootFingerprint(root),
    plans: [],
    until,
    secret: encodeBase64url(randomBytes(16)),
  })
  const { connect, enroll } = deriveInvitation(link)
  allowInvitation(home, { id, hash: hashText(connect), until })
  const host = new Host(options, { id, enrollKey: enroll })
  try {
    await host.open(now)
    // Waits until the broker has read its list, so that the link works when it is shown.
    await new Promise<void>((done) => void clock.after(LOOK_MS, done))
    onLink(link, until)
    return await host.ended(until)
  } finally {
    await host.close()
    allowNobody(home)
  }
}

/** Answers those who come with the link. */
class Host {
  readonly #options: InviteBotOptions
  readonly #invitation: { readonly id: string; readonly enrollKey: string }
  readonly #end = Promise.withResolvers<Pairing>()
  #link: Link | undefined
  /** The first that came; only its key can be paired. */
  #first: Verified<'enroll'> | undefined
  #decision: 'open' | 'yes' | 'no' = 'open'
  /** Access tokens of a bot that are older count no more, Unix seconds. */
  #since = 0

  constructor(options: InviteBotOptions, invitation: { id: string; enrollKey: string }) {
    this.#options = options
    this.#invitation = invitation
  }

  async open(now: number): Promise<void> {
    const { authority, url, trust, clock, randomBytes, log } = this.#options
    const { id } = this.#invitation
    const acl = {
      publish: [keysetTopic(HOME), enrollAnswerTopic(HOME, id)],
      subscribe: [enrollTopic(HOME, id)],
    }
    const parts = { clock, randomBytes }
    const token = accessToken(parts, authority, { client: CLIENT, acl, life: PAIRING_LIFE })
    const link = openLink({
      url,
      tls: trust,
      clientId: CLIENT,
      token: () => token,
      subscribe: acl.subscribe,
      onMessage: (topic, text) => this.#receive(topic, text),
      log,
    })
    this.#link = link
    await link.ready
    await link.publish(keysetTopic(HOME), this.#keyset(now), { retain: true })
  }

  /** Resolves when the bot is paired or declined, or the link's time is over. */
  async ended(until: number): Promise<Pairing> {
    const { clock } = this.#options
    const cancel = clock.after(Math.max(0, until * 1_000 - clock.now()), () => {
      if (this.#first === undefined) this.#end.resolve('nobody_came')
    })
    const pairing = await this.#end.promise
    cancel()
    if (pairing !== 'nobody_came')
      await new Promise<void>((done) => void clock.after(LINGER_MS, done))
    return pairing
  }

  async close(): Promise<void> {
    await this.#link?.close()
  }

  /** The device vouches for itself: its key is the root, and signs the answer. The authority renews the bot's access. */
  #keyset(now: number): string {
    const { authority, device, address, randomBytes } = this.#options
    const { host, port, tls } = address
    const iat = Math.floor(now)
    return sign(
      'keyset',
      {
        iss: HOME,
        aud: 'executors',
        iat,
        exp: iat + PAIRING_LIFE,
        jti: newJti(randomBytes),
        version: iat,
        roots: [{ keys: [device.publicKey], threshold: 1 }],
        keys: [
          { key: device.publicKey, kinds: ['answer'] },
          { key: authority.publicKey, kinds: ['answer', 'response'] },
        ],
        revoked: [],
        plans: [],
        addresses: [{ url: `${tls === 'none' ? 'mqtt' : 'mqtts'}://${host}:${port}`, tls }],
        wire: WIRE_VERSIONS.map((version) => ({ version })),
      },
      device,
    )
  }

  #receive(topic: string, token: string): void {
    const { clock, log, onSecond } = this.#options
    const { id, enrollKey } = this.#invitation
    const now = seconds(clock.now())
    const came = verifyEnroll(token, { provider: HOME, invitation: id, enrollKey, now, topic })
    if (!came.ok) {
      log.warn({ code: came.code }, came.message)
      return
    }
    if (this.#first !== undefined && this.#first.kid !== came.kid) {
      onSecond()
      this.#refuse(
        came,
        'invitation_used',
        'this link was used already, by another bot or by this one before: make a new one',
      )
      return
    }
    const isNew = this.#first === undefined
    // The answer goes to the newest request: a bot that waited too long has asked again.
    this.#first = came
    if (this.#decision === 'yes') this.#accept(came)
    if (isNew) void this.#ask(came.kid).catch((error: unknown) => this.#end.reject(error))
  }

  async #ask(kid: string): Promise<void> {
    const isRight = await this.#options.confirm(kid)
    const last = this.#first
    if (last === undefined) return
    if (!isRight) {
      this.#decision = 'no'
      this.#refuse(last, 'enrolment_declined', 'the person at the device did not confirm this bot')
      this.#end.resolve('declined')
      return
    }
    const { home, pair, clock } = this.#options
    pair(last.claims.cnf.jwk.x)
    this.#since = Math.floor(clock.now() / 1_000) + 1
    shutOut(home, 'bot', this.#since)
    this.#decision = 'yes'
    this.#accept(last)
    this.#end.resolve('paired')
  }

  #accept(came: Verified<'enroll'>): void {
    const { authority, randomBytes } = this.#options
    const clock = { now: () => this.#since * 1_000 }
    const rights = { client: 'bot', acl: ASKING_BOT_RIGHTS, life: LIFE_SECONDS }
    const access = accessToken({ clock, randomBytes }, authority, rights)
    this.#answer(came, { access, client: 'bot', plans: [], until: this.#since + LIFE_SECONDS })
  }

  #refuse(
    came: Verified<'enroll'>,
    code: 'invitation_used' | 'enrolment_declined',
    message: string,
  ): void {
    this.#answer(came, { refused: { code, message } })
  }

  #answer(came: Verified<'enroll'>, body: Parameters<typeof enrolmentAnswer>[2]): void {
    const { device, clock, randomBytes, log } = this.#options
    const signer = { key: device, provider: HOME, randomBytes }
    const { topic, token } = enrolmentAnswer(signer, came, body, seconds(clock.now()))
    this.#link
      ?.publish(topic, token)
      .catch((error: unknown) => log.warn({ err: error }, 'the answer was not sent'))
  }
}
