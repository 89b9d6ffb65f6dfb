// A scripted executor, and the keys of a test.
import {
  type Approval,
  type Command,
  GENESIS,
  keyring,
  type Report,
  type ReportEvent,
  type SigningKey,
  sign,
  verify,
} from '@keyside/protocol'
import { publicKey, signingKey } from '@keyside/protocol/node'
import { createLog, type Link, newJti, openLink, systemRandomBytes } from '@keyside/runtime'
import type { manualClock } from '@keyside/sandbox'
import { onTestFinished } from 'vitest'

/** Keys are made from a number, so that two of a test can be told apart. */
function keyOf(number: number): SigningKey {
  return signingKey(seedOf(number))
}

export function seedOf(number: number): Uint8Array {
  return new Uint8Array(32).fill(number)
}

/** Signs access tokens, and what renews them. */
export const AUTHORITY = keyOf(1)

/** Of a device, and of the bot for it. */
export interface DeviceKeys {
  readonly bot: SigningKey
  readonly device: SigningKey
}

export const FIRST_KEYS: DeviceKeys = { bot: keyOf(2), device: keyOf(3) }
export const SECOND_KEYS: DeviceKeys = { bot: keyOf(4), device: keyOf(5) }

export type Clock = ReturnType<typeof manualClock>
type Heard = { command: Command } | { approval: Approval }

/** Good for a day, or for `life` seconds. */
export function accessToken(
  clock: Pick<Clock, 'now'>,
  sub: string,
  acl: { publish: string[]; subscribe: string[] },
  life = 86_400,
): string {
  const iat = clock.now() / 1000
  const registered = { iss: 'authority', aud: 'broker', iat, exp: iat + life }
  return sign('access', { ...registered, jti: newJti(systemRandomBytes), sub, acl }, AUTHORITY)
}

/** A scripted executor: records what the bot sends, and sends the reports that a test asks for. */
export class ScriptedDevice {
  readonly heard: Heard[] = []
  /** Raw tokens, to look for what must not be in them. */
  readonly tokens: string[] = []
  /** What it answers to a command; nothing by default. */
  answer: (command: Command) => ReportEvent | null = () => null
  seq = 0
  /** Names its run, and its journal. */
  session = newJti(systemRandomBytes)
  journal = GENESIS
  /** What its reports say of the money behind them. */
  money: Report['money']
  readonly #link: Link
  readonly #clock: Clock
  readonly #keys: DeviceKeys

  constructor(link: Link, clock: Clock, keys: DeviceKeys) {
    this.#link = link
    this.#clock = clock
    this.#keys = keys
  }

  get approvals(): Approval[] {
    return this.heard.flatMap((one) => ('approval' in one ? [one.approval] : []))
  }

  get commands(): Command[] {
    return this.heard.flatMap((one) => ('command' in one ? [one.command] : []))
  }

  /** The names of all commands but `replay`. */
  get asked(): string[] {
    return this.commands
      .map(({ instruction }) => instruction.do)
      .filter((name) => name !== 'replay')
  }

  hear(token: string): void {
    this.tokens.push(token)
    const topic = 'keyside/v1/command/device'
    const pins = keyring([
      { key: publicKey(this.#keys.bot.publicKey), issuer: 'bot', kinds: ['command', 'approval'] },
    ])
    const verified = verify(token, pins, {
      kinds: ['command', 'approval'],
      audience: 'device',
      now: this.#clock.now() / 1000,
      topic,
    })
    if (!verified.ok) throw new Error(`the bot sent what a device refuses: ${verified.message}`)
    if (verified.kind === 'approval') this.heard.push({ approval: verified.claims })
    else this.#obey(verified.claims)
  }

  #obey(command: Command): void {
    this.heard.push({ command })
    const event = this.answer(command)
    if (event !== null) this.report(event).catch(() => undefined)
  }

  /** The next report in order. */
  report(event: ReportEvent): Promise<void> {
    this.seq += 1
    return this.send(this.sign(this.seq, event))
  }

  sign(
    seq: number,
    event: ReportEvent,
    change: Partial<Report> = {},
    key = this.#keys.device,
  ): string {
    const iat = this.#clock.now() / 1000
    const registered = { iss: 'device', aud: 'bot', iat, exp: iat + 3600 }
    const jti = newJti(systemRandomBytes)
    return sign(
      'report',
      {
        ...registered,
        jti,
        seq,
        session: this.session,
        at: iat,
        ...(this.money && { money: this.money }),
        event,
        ...change,
      },
      key,
    )
  }

  send(token: string): Promise<void> {
    return this.#link.publish('keyside/v1/report/device', token)
  }

  /** `iat`: when it was signed, seconds. */
  presence(
    state: 'online' | 'offline',
    reports = this.seq,
    iat = this.#clock.now() / 1000,
  ): Promise<void> {
    const registered = { iss: 'device', aud: 'home', iat, exp: iat + 3600 }
    const { session, journal } = this
    const names = { jti: newJti(systemRandomBytes), sub: 'device', session, journal }
    const claims = { ...registered, ...names, state, versions: [1], reports }
    const token = sign('presence', claims, this.#keys.device)
    return this.#link.publish('keyside/v1/presence/home/device', token, { retain: true })
  }

  goAway(): Promise<void> {
    return this.#link.close()
  }
}

export async function connectDevice(
  url: string,
  clock: Clock,
  keys: DeviceKeys,
): Promise<ScriptedDevice> {
  const topic = 'keyside/v1/command/device'
  const acl = {
    publish: ['keyside/v1/report/device', 'keyside/v1/presence/home/device'],
    subscribe: [topic],
  }
  const link = openLink({
    url,
    clientId: 'device',
    token: accessToken(clock, 'device', acl),
    subscribe: [topic],
    onMessage: (_, token) => device.hear(token),
    log: createLog({ program: 'device', level: 'silent' }),
  })
  const device = new ScriptedDevice(link, clock, keys)
  await link.ready
  onTestFinished(() => link.close())
  return device
}
