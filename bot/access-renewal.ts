// Renews the access token of a bot on another host than its device: asks the device's home, and accepts only its authority's answer.
import { HOME, keyring, responseTopic, type SigningKey, seconds, verify } from '@keyside/protocol'
import { publicKey } from '@keyside/protocol/node'
import {
  type Cancel,
  type Clock,
  type Link,
  type Logger,
  type RandomBytes,
  renewAccess,
  SignedRequests,
} from '@keyside/runtime'

export interface AccessRenewalOptions {
  /** The bot's own id. */
  readonly bot: string
  readonly key: SigningKey
  /** Public key of the authority of the device's home. */
  readonly authority: string
  readonly access: () => string
  readonly keepAccess: (token: string) => void
  readonly link: () => Pick<Link, 'publish' | 'subscribed'>
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly log: Logger
}

export interface AccessRenewal {
  /** Where the answers come. */
  readonly topic: string
  receive(token: string): void
  stop(): void
}

export function startAccessRenewal(options: AccessRenewalOptions): AccessRenewal {
  const { bot, key, authority, access, keepAccess, link, clock, randomBytes, log } = options
  const topic = responseTopic(HOME, bot)
  const pins = keyring([{ key: publicKey(authority), issuer: HOME, kinds: ['response'] }])
  const time = () => clock.now()
  const requests = new SignedRequests({
    issuer: HOME,
    client: bot,
    key,
    publish: (to, token) => link().publish(to, token),
    time,
    clock,
    randomBytes,
  })
  const cancel: Cancel = renewAccess({
    client: bot,
    token: access,
    keep: keepAccess,
    ask: (ask) => requests.ask(ask),
    subscribed: () => link().subscribed(),
    time,
    clock,
    onRefused: (message) => log.warn({ code: 'access_not_renewed' }, message),
    log,
  })
  return {
    topic,
    receive(token) {
      const now = seconds(clock.now())
      const verified = verify(token, pins, { kinds: ['response'], audience: bot, now, topic })
      if (verified.ok) requests.onResponse(verified.claims)
      else log.warn({ code: 'report_refused', why: verified.code, topic }, verified.message)
    },
    stop() {
      cancel()
      requests.stop()
    },
  }
}
