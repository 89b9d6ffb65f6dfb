// The bot's side of pairing: a new key, the device's link, and a home with a bot and nothing else.
import { join } from 'node:path'
import type { Invitation } from '@keyside/protocol'
import {
  type Clock,
  enrol,
  fetchKeyset,
  KeysideError,
  type Logger,
  makeSigningKey,
  type RandomBytes,
  restrictHome,
  writePrivate,
} from '@keyside/runtime'
import { refuseSecond, writeConfig } from '../home/home.ts'
import { FILES, TOKENS } from '../home/home-files.ts'
import { DEVICE } from '../home/home-tokens.ts'

export interface JoinDeviceOptions {
  /** KEYSIDE_HOME of the bot, which is made. */
  readonly home: string
  readonly invitation: Invitation
  readonly botToken: string
  /** Another Bot API server. */
  readonly telegram?: string
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly log: Logger
  /** Shows the new key's fingerprint, to be compared at the device. */
  readonly onKey: (kid: string) => void
}

/** Throws `home_exists`, and rejects with the code of a refusal. */
export async function joinDevice(options: JoinDeviceOptions): Promise<void> {
  const { home, invitation, botToken, telegram, randomBytes, clock, log, onKey } = options
  refuseSecond(home)
  const deps = { clock, randomBytes, log }
  const fetched = await fetchKeyset(invitation, deps)
  if (!fetched.ok) throw new KeysideError(fetched.code, fetched.message)
  const { keyset } = fetched
  const [device] = keyset.claims.roots.at(-1)?.keys ?? []
  const [broker] = keyset.claims.addresses
  const renewing = keyset.claims.keys.find(({ kinds }) => kinds.includes('response'))
  if (device === undefined || broker === undefined || renewing === undefined)
    throw new RangeError('the keyset of a device has all three')
  const key = makeSigningKey(join(home, FILES.botKey), randomBytes)
  onKey(key.kid)
  const access = await askUntilAnswered({ ...deps, invitation, key, keyset, terms: [] })
  writePrivate(join(home, TOKENS.bot), `${access}\n`)
  writePrivate(join(home, FILES.telegramToken), `${botToken}\n`)
  writeConfig(home, {
    bot: {
      id: 'bot',
      broker: {
        url: broker.url,
        tls: broker.tls,
        tokenFile: TOKENS.bot,
        authority: renewing.key,
      },
      signingKeyFile: FILES.botKey,
      device: { id: DEVICE, key: device },
      telegram: { tokenFile: FILES.telegramToken, ...(telegram && { address: telegram }) },
    },
  })
  restrictHome(home)
}

/** The person at the device may take some minutes: the same link and key are asked with again until it is over. */
async function askUntilAnswered(options: Parameters<typeof enrol>[0]): Promise<string> {
  for (;;) {
    const answered = await enrol(options)
    if (answered.ok) return answered.answer.access
    const isOver = options.clock.now() / 1_000 >= options.invitation.until
    if (answered.outcome === 'refused' || isOver)
      throw new KeysideError(answered.code, answered.message)
  }
}
