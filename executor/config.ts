// What the executor may be told: the section "executor" of config.yaml. Paths are relative to KEYSIDE_HOME.
import { currency, decimal, enrolKey, id, MAX_PLANS, TRIAL_PLAN } from '@keyside/protocol'
import { exchangeAddress, tlsSetting } from '@keyside/runtime'
import { proxySetting } from '@keyside/runtime/web'
import { z } from 'zod'
import { addressCheckSetting } from './health/public-address.ts'
import { watchdogSetting } from './health/watchdog.ts'
import { JOURNAL_FILE } from './journal/database.ts'
import { PAPER, VENUE_NAMES } from './venues/names.ts'

const publicKey = z.string().refine((key) => enrolKey(key).ok, 'expected an Ed25519 public key')
const file = z.string().min(1)
const broker = z.strictObject({
  url: z.string().min(1),
  clientId: id,
  tokenFile: file,
  /** Whether the token may travel in clear to another machine. */
  plaintext: z.enum(['yes', 'no']).default('no'),
  /** How the certificate of an mqtts:// broker is verified. */
  tls: tlsSetting.default('ca'),
})

const section = z.strictObject({
  /** The device's name: audience of commands, issuer of reports. */
  id: id.default('device'),
  /** Which exchange key of the keychain. */
  account: id.default('main'),
  /** Where commands come from and reports go: the trader's own broker. */
  home: broker,
  /** An engine of one's own, which is the provider "home". All others are the folders that "keyside follow" makes. */
  engine: broker
    .extend({
      /** Its public key, pinned. */
      key: publicKey,
      /** What the device may hear of it: two topics each. */
      plans: z.array(id).min(1).max(MAX_PLANS),
    })
    .optional(),
  bot: z.strictObject({ id, key: publicKey }),
  exchange: z
    .strictObject({
      name: z.enum([...VENUE_NAMES, PAPER]).default('binance'),
      /** Another server that speaks the same dialect. It is real money unless it proves to be the sandbox. */
      address: exchangeAddress.optional(),
      /** Everything to the exchange goes through it. */
      proxy: proxySetting.optional(),
      /** What the sandbox of this home proves itself with. */
      sandboxSecretFile: file.default('executor/sandbox.secret'),
      /** With paper alone: which exchange's market data, by ccxt's name. */
      of: z
        .string()
        .regex(/^[a-z0-9]+$/, 'expected the name of an exchange, such as binance')
        .optional(),
      balances: z.record(currency, decimal).optional(),
      faults: z.enum(['none', 'some']).optional(),
      accountFile: file.optional(),
    })
    .superRefine(({ name, of, balances, faults, accountFile }, context) => {
      const refuse = (key: string, message: string) =>
        context.addIssue({ code: 'custom', path: [key], message })
      if (name === PAPER && of === undefined)
        refuse('of', 'paper needs an exchange whose market it follows, such as "of: binance"')
      const given = Object.entries({ of, balances, faults, accountFile })
      for (const [key, value] of given)
        if (name !== PAPER && value !== undefined) refuse(key, 'only "name: paper" has this')
    }),
  keychain: z.enum(['os', 'vault']).default('os'),
  /** For a vault that nobody is there to open. */
  passphraseFile: file.optional(),
  database: file.default(JOURNAL_FILE),
  policy: file.default('policy.yaml'),
  /** An address of the trader's own that is asked for while the executor is well. It is a secret. */
  watchdog: watchdogSetting.optional(),
  /** A service that says from which address it is asked: so a change of this device's is noticed. */
  addressCheck: addressCheckSetting.optional(),
})

export const executorConfig = section.superRefine(({ engine, exchange }, context) => {
  if (exchange.name === PAPER || engine?.plans.includes(TRIAL_PLAN) !== true) return
  context.addIssue({
    code: 'custom',
    path: ['engine', 'plans'],
    message: `only paper trades the plan "${TRIAL_PLAN}", which has rules from the chat: leave it out`,
  })
})

export type ExecutorConfig = z.infer<typeof executorConfig>
