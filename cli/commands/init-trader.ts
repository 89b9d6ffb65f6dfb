// keyside init for a trader: the keychain, the bot's token, then the home.
import { basename, isAbsolute, join, relative, resolve } from 'node:path'
import {
  DEFAULT_POLICY,
  type Keychain,
  makeDeviceSecrets,
  openOsKeychain,
  PAPER,
  VENUE_NAMES,
  vaultFile,
} from '@keyside/executor'
import { KeysideError, RISK, systemClock, systemRandomBytes, writePrivate } from '@keyside/runtime'
import { createVault, refuseSecondVault } from '@keyside/runtime/vault'
import { type HomeOptions, makeHome } from '../home/home.ts'
import { FILES, MADE_FILES } from '../home/home-files.ts'
import { madeOrTakenBack } from '../home/take-back.ts'
import { FIRST_STRATEGIES } from '../sandbox/examples.ts'
import { readBotToken } from '../terminal/bot-token.ts'
import { newPassphrase } from '../terminal/new-passphrase.ts'
import { print } from '../terminal/print.ts'
import { promptOr } from '../terminal/prompt.ts'

export const TRADED_WITH = [PAPER, ...VENUE_NAMES] as const
export type TradedWith = (typeof TRADED_WITH)[number]

export interface TraderOptions {
  keychain: 'os' | 'vault'
  passphraseFile?: string
  telegramTokenFile?: string
  bot: boolean
  exchange?: TradedWith
  exchangeAddress?: string
  telegramAddress?: string
}

/** A trader who only follows has no strategies, and a policy in which nobody may trade yet. */
const EXAMPLES: Readonly<Record<HomeOptions['role'], HomeOptions['examples']>> = {
  alone: { strategies: FIRST_STRATEGIES, policy: DEFAULT_POLICY },
  trader: {
    strategies: [],
    policy: DEFAULT_POLICY.replace(
      /^streams:\n(?: .*\n)+/m,
      'streams: {}               # "keyside follow" writes them here\n',
    ),
  },
}

/** The policy that an account starts with. On paper, with an engine beside it, rules from the chat are traded at once. */
export function firstPolicy(role: HomeOptions['role'], traded: TradedWith): string {
  const { policy } = EXAMPLES[role]
  return role === 'alone' && traded === PAPER ? `${policy}${TRIALS}` : policy
}

const TRIALS = `
# What each rule that you send to the chat may use: on paper it is traded at once.
trials: 500
`

export async function initTrader(
  home: string,
  role: HomeOptions['role'],
  options: TraderOptions,
): Promise<void> {
  // What can be refused without a question comes first, and nothing is made before the last answer.
  const file = options.passphraseFile && resolve(options.passphraseFile)
  if (options.keychain === 'vault') refuseSecondVault(vaultFile(home))
  const system = options.keychain === 'os' ? await openOsKeychain(home) : null
  const given = file && system === null ? await newPassphrase(home, file, VAULT) : null
  const exchange = options.exchange ?? (await askExchange())
  const botToken = options.bot ? await readBotToken(options.telegramTokenFile) : null
  const openKeychain = system === null ? await newVault(home, given) : async () => system
  const examples = { ...EXAMPLES[role], policy: firstPolicy(role, exchange) }
  const strategies = examples.strategies.map((path) => join('strategies', basename(path)))
  const files = [...MADE_FILES, ...strategies, relative(home, vaultFile(home))]
  await madeOrTakenBack(home, files, async () => {
    const device = await makeDeviceSecrets(await openKeychain(), systemRandomBytes)
    // Stored before config.yaml is written, with which the home counts as set up.
    if (botToken !== null) writePrivate(join(home, FILES.telegramToken), `${botToken}\n`)
    makeHome({
      home,
      role,
      bot: options.bot ? 'here' : 'elsewhere',
      clock: systemClock,
      randomBytes: systemRandomBytes,
      deviceKey: device.key.publicKey,
      keychain: options.keychain,
      account: exchange,
      ...(options.exchangeAddress && { exchange: options.exchangeAddress }),
      ...(options.telegramAddress && { telegram: options.telegramAddress }),
      ...(options.passphraseFile && { passphraseFile: fileIn(home, options.passphraseFile) }),
      examples,
    })
  })
  print(
    `Set up in ${home}, secrets in ${options.keychain === 'os' ? 'the OS keychain' : 'an encrypted vault'}.`,
    '',
    ...(exchange === PAPER
      ? [
          'It trades on paper: the real market of Binance, and 10000 USDT that are not real. No key is asked for.',
          '',
        ]
      : []),
    RISK,
    '',
    'Next:',
    ...(exchange === PAPER ? [] : ['  keyside keys add         store your exchange key']),
    ...NEXT[role](join(home, 'policy.yaml')),
    ...START[options.bot ? 'here' : 'elsewhere'],
    options.keychain === 'vault'
      ? '  keyside service install  to start it with the machine, before anybody logs in'
      : 'To start with the machine it would need a vault (--keychain vault): this keychain is shut until you log in.',
  )
}

const VAULT = 'the vault'

const QUESTION = `What do you trade with?
${TRADED_WITH.map((name, index) => `  ${index + 1}  ${name.padEnd(8)} ${saidOf(name)}\n`).join('')}1 to ${TRADED_WITH.length} (1 when you press Enter): `

function saidOf(name: TradedWith): string {
  return name === PAPER
    ? 'the real market, and money that is not: no key is asked for'
    : 'real money, with an API key of your own'
}

/** Paper where nobody can be asked, or nothing is answered. */
export async function askExchange(): Promise<TradedWith> {
  const answer = process.stdin.isTTY
    ? (await promptOr(QUESTION, PAPER)).trim().toLowerCase()
    : PAPER
  const chosen = TRADED_WITH.find((name, at) => answer === name || answer === String(at + 1))
  if (chosen !== undefined) return chosen
  throw new KeysideError(
    'answer_unknown',
    `"${answer}" is none of ${TRADED_WITH.join(', ')}: nothing was made, start again`,
  )
}

const NEXT: Readonly<Record<HomeOptions['role'], (policy: string) => string[]>> = {
  alone: (policy) => [`  edit ${policy}, then keyside policy accept`],
  trader: (policy) => [
    '  keyside follow LINK      with the link that your provider has sent you',
    `  look at ${policy}, then keyside policy accept`,
  ],
}

const START: Readonly<Record<NonNullable<HomeOptions['bot']>, readonly string[]>> = {
  here: ['  keyside up               start, and claim your bot'],
  elsewhere: [
    '  keyside pair bot         to be paired with the bot that you have; keyside pair --help',
    '  keyside up               start',
  ],
}

/** As config.yaml names it: what lies in the home goes where the home goes, such as into a container. */
function fileIn(home: string, file: string): string {
  const inside = relative(home, resolve(file))
  return inside.startsWith('..') || isAbsolute(inside) ? resolve(file) : inside
}

/** Asks for the passphrase, and makes nothing before it is called. */
async function newVault(home: string, given: string | null): Promise<() => Promise<Keychain>> {
  const passphrase = given ?? (await newPassphrase(home, undefined, VAULT))
  return () => createVault({ file: vaultFile(home), passphrase, randomBytes: systemRandomBytes })
}
