// A home for the sandbox, complete: keys stored, policy accepted, the demo strategy in its folder.
import { Buffer } from 'node:buffer'
import { join } from 'node:path'
import {
  acceptPolicy,
  keepExchangeKeys,
  makeDeviceSecrets,
  PAPER,
  vaultFile,
} from '@keyside/executor'
import {
  type Clock,
  freePort,
  type RandomBytes,
  writePrivate,
  writeProofSecret,
} from '@keyside/runtime'
import { createVault } from '@keyside/runtime/vault'
import { makeHome } from '../home/home.ts'
import { FILES } from '../home/home-files.ts'
import { DEMO_STRATEGY } from './examples.ts'
import type { Sandbox } from './sandbox.ts'

export interface SandboxHomeOptions {
  readonly home: string
  readonly sandbox: Sandbox
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  /** Text of policy.yaml, accepted at once. */
  readonly policy?: string
}

/** The demo may do little, asks every time, and does so on one market. */
export const SANDBOX_POLICY = `# The policy of the sandbox. docs/policy.md explains every line.
version: 1
currency: USDT
markets: [BTC/USDT]
streams:
  home/demo: { allocation: 5000 }
limits: { order: 1000, day: 20000, orders_per_minute: 6, round_trips: 60 }
collar: 0.8 %
reentry_cooldown: never # the demo buys again soon
max_signal_age: 10s
approval: always
`

/** A guess at a passphrase of 192 random bits need not be made slow: a start without that takes half as long. */
const SCRYPT_COST = 2 ** 10

/** The passphrase lives as long as this run: the vault is a real one, its keys are worth nothing. */
export async function makeSandboxHome(
  options: SandboxHomeOptions,
): Promise<{ passphrase: string }> {
  const { home, sandbox, clock, randomBytes } = options
  const passphrase = Buffer.from(randomBytes(24)).toString('base64url')
  const keychain = await createVault(
    { file: vaultFile(home), passphrase, randomBytes },
    SCRYPT_COST,
  )
  const { apiKey, secret, botToken } = sandbox.secrets
  const { venue, passphrase: keyPassphrase } = sandbox
  if (venue !== PAPER)
    await keepExchangeKeys(keychain, 'main', {
      exchange: venue,
      apiKey,
      secret,
      ...(keyPassphrase !== undefined && { passphrase: keyPassphrase }),
    })
  const device = await makeDeviceSecrets(keychain, randomBytes)
  writeProofSecret(join(home, FILES.sandboxSecret), sandbox.proofSecret)
  makeHome({
    home,
    role: 'alone',
    clock,
    randomBytes,
    deviceKey: device.key.publicKey,
    keychain: 'vault',
    port: await freePort(),
    account: venue,
    exchange: sandbox.exchange.address,
    candles: sandbox.candles.address,
    telegram: sandbox.telegram.address,
    examples: { strategies: [DEMO_STRATEGY], policy: options.policy ?? SANDBOX_POLICY },
  })
  writePrivate(join(home, FILES.telegramToken), `${botToken}\n`)
  acceptPolicy({ home }, clock.now())
  return { passphrase }
}
