// The two connections: signals from the provider's broker, everything else over the trader's own.
import { resolve } from 'node:path'
import { commandTopic, headTopic, signalTopic } from '@keyside/protocol'
import { publicKey } from '@keyside/protocol/node'
import {
  type Clock,
  instant,
  type Link,
  type LinkTrouble,
  type Logger,
  openLink,
  readSecret,
  type Trace,
  tlsTrust,
} from '@keyside/runtime'
import type { ExecutorConfig } from './config.ts'
import type { Input } from './core/execution/inputs.ts'
import type { Publisher } from './report/publisher.ts'
import { botKeyring, engineKeyring, verifyFromBot, verifyFromProvider } from './verify-message.ts'

export interface LinksOptions {
  readonly config: ExecutorConfig
  /** KEYSIDE_HOME. */
  readonly home: string
  /** Durable when it is done; throws or rejects when the journal has failed, and then there is no PUBACK. */
  readonly take: (input: Input) => Promise<void> | undefined
  /** The same for what nobody acknowledges. */
  readonly tryTake: (input: Input) => void
  readonly publisher: Publisher
  readonly lastReport: () => number
  readonly clock: Clock
  readonly trace: Trace
  readonly log: Logger
}

export interface Links {
  readonly signals: Link
  readonly home: Link
}

export function openLinks(options: LinksOptions): Links {
  const { config, home, take, publisher, clock, trace, log } = options
  const { provider } = config
  const engine = {
    name: provider.name,
    keyring: engineKeyring(provider.name, publicKey(provider.key)),
  }
  const bot = botKeyring(config.bot.id, publicKey(config.bot.key))
  const onTrouble = (trouble: LinkTrouble) => options.tryTake(noticeOf(trouble))
  const ownAddress = addressOf(config.home, home)
  const own = openLink({
    ...ownAddress,
    onTrouble,
    subscribe: [commandTopic(config.id)],
    will: { topic: publisher.presenceTopic(), token: publisher.presence('offline') },
    onMessage: (topic, token, retained) =>
      take(verifyFromBot(bot, config.id, { topic, token, retained, now: clock.now() })),
    onReady: () => publisher.announce(options.lastReport()),
    log,
  })
  publisher.attach(own)
  const address = addressOf(config.signals, home)
  // The header names the key: another authority's token is nothing that "keyside init --renew" could make.
  const isOwn = address.url === ownAddress.url && address.header === ownAddress.header
  const signals = openLink({
    ...address,
    issuer: isOwn ? 'home' : 'provider',
    onTrouble,
    subscribe: provider.plans.flatMap((plan) => [
      headTopic(provider.name, plan),
      signalTopic(provider.name, plan),
    ]),
    onMessage: (topic, token, retained) => {
      const received = instant()
      const now = clock.now()
      const input = verifyFromProvider(engine, { topic, token, retained, now })
      if (input.type === 'signal') {
        trace('received', input.claims.jti, received)
        trace('verified', input.claims.jti)
      }
      return take(input)
    },
    log,
  })
  return { signals, home: own }
}

/** Throws when there is no token to begin with. It is read anew before each try: a new one needs no restart. */
function addressOf(broker: ExecutorConfig['home'], home: string) {
  const { url, clientId, tokenFile, plaintext } = broker
  const tls = tlsTrust(broker.tls)
  const token = () => readSecret(resolve(home, tokenFile))
  return { url, clientId, plaintext, tls, token, header: token().split('.')[0] }
}

/** What the trader must hear of the line itself. From the home broker it waits for the line to be back. */
function noticeOf({ code, message }: LinkTrouble): Input {
  return { type: 'notice', notice: { level: 'error', code, message } }
}
