// The connection to the trader's own broker: commands and approvals come over it, reports go.

import { resolve } from 'node:path'
import { commandTopic, isLoopback } from '@keyside/protocol'
import { publicKey } from '@keyside/protocol/node'
import {
  brokerAddress,
  type Clock,
  type Link,
  type Logger,
  openLink,
  readSecret,
  tlsTrust,
} from '@keyside/runtime'
import type { ExecutorConfig } from './config.ts'
import type { Input } from './core/execution/inputs.ts'
import { botKeyring, verifyFromBot } from './providers/verify-message.ts'
import type { ReportPublisher } from './report-publisher.ts'

export interface HomeLinkOptions {
  readonly config: Pick<ExecutorConfig, 'id' | 'bot' | 'home'>
  /** KEYSIDE_HOME. */
  readonly home: string
  /** Durable when it is done; throws or rejects when the journal has failed, and then there is no PUBACK. */
  readonly take: (input: Input) => Promise<void> | undefined
  /** The same for what nobody acknowledges. */
  readonly tryTake: (input: Input) => void
  readonly publisher: ReportPublisher
  readonly lastReport: () => number
  readonly clock: Clock
  readonly log: Logger
}

/** Throws when there is no token to begin with. It is read anew before each try: a new one needs no restart. */
export function openHomeLink(options: HomeLinkOptions): Link {
  const { config, home, take, publisher, clock, log } = options
  const { url, clientId, tokenFile, plaintext, tls } = config.home
  const bot = botKeyring(config.bot.id, publicKey(config.bot.key))
  const token = () => readSecret(resolve(home, tokenFile))
  token()
  const link = openLink({
    url,
    clientId,
    plaintext,
    tls: tlsTrust(tls),
    token,
    // Notices about this connection can only be sent once it is back.
    onTrouble: ({ code, message }) =>
      options.tryTake({ type: 'notice', notice: { level: 'error', code, message } }),
    subscribe: [commandTopic(config.id)],
    will: { topic: publisher.presenceTopic(), token: publisher.presence('offline') },
    onMessage: (topic, message, retained) =>
      take(verifyFromBot(bot, config.id, { topic, token: message, retained, now: clock.now() })),
    onReady: () => publisher.announce(options.lastReport()),
    log,
  })
  publisher.attach(link)
  return link
}

/** Whether what is sent to the broker never leaves this machine. Throws `address_invalid`. */
export function staysHere(url: string): boolean {
  const address = brokerAddress(url)
  return address.type === 'unix' || isLoopback(address.host)
}
