// keyside pair: a bot on another host than the device. "pair bot" at the device, "pair LINK" where the bot is.
import { rmSync } from 'node:fs'
import { join as pathOf } from 'node:path'
import { deviceSecrets } from '@keyside/executor'
import { HOME, id, parseInvitation } from '@keyside/protocol'
import {
  createLog,
  KeysideError,
  keysideHome,
  readSigningKey,
  systemClock,
  systemRandomBytes,
  tlsTrust,
} from '@keyside/runtime'
import { type Command, Option } from 'commander'
import encodeQR from 'qr'
import { furtherAccounts } from '../home/accounts.ts'
import { editConfig } from '../home/edit-config.ts'
import { executorSection } from '../home/executor-section.ts'
import { FILES, TOKENS } from '../home/home-files.ts'
import { openHomeKeychain } from '../home/home-keychain.ts'
import { bracketed, listenForBot, pinOf, reachHomeBroker } from '../pairing/home-broker.ts'
import { inviteBot } from '../pairing/invite-bot.ts'
import { hasBot, joinDevice } from '../pairing/join-device.ts'
import { EXIT } from '../programs/exit.ts'
import { readBotToken } from '../terminal/bot-token.ts'
import { duration, minute } from '../terminal/duration.ts'
import { grouped } from '../terminal/fingerprint.ts'
import { print } from '../terminal/print.ts'
import { confirm } from '../terminal/prompt.ts'
import { publicAddress } from '../terminal/public-address.ts'

interface Options {
  listen?: string
  valid: number
  name?: string
  telegramTokenFile?: string
  telegramAddress?: string
}

export function addPair(program: Command): void {
  program
    .command('pair')
    .argument('<what>', '"bot" at the device; the link, in quotation marks, on the host of the bot')
    .description('let a bot on another host speak for you to this device')
    .optionsGroup('At the device:')
    .option('--listen <host:port>', "where the bot's host reaches this machine")
    .addOption(
      new Option('--valid <time>', 'how long the link can be used, such as 10m')
        .argParser(duration)
        .default(600, '10m'),
    )
    .optionsGroup('On the host of the bot:')
    .option('--name <name>', 'what the bot calls this device, where it serves several')
    .option('--telegram-token-file <file>', "the bot's token; asked for when left out")
    .option('--telegram-address <url>', 'another Bot API server, such as the sandbox')
    .addHelpText('after', HELP)
    .action((what: string, options: Options) =>
      what === 'bot' ? invite(keysideHome(), options) : join(keysideHome(), what, options),
    )
}

const HELP = `
A bot that is paired takes the place of the one before, whose key and access end at once.
A bot that is set up already serves the device too: one bot, several devices, one owner.
Examples:
  keyside pair bot --listen 192.168.1.20:8883
  keyside pair "keyside://192.168.1.20:8883/home?i=..."`

const parts = { clock: systemClock, randomBytes: systemRandomBytes }

async function invite(home: string, { listen, valid }: Options): Promise<void> {
  const config = executorSection(home)
  if (listen === undefined)
    throw new KeysideError(
      'pairing_address_missing',
      'say where the host of the bot reaches this machine: --listen host:port, such as --listen 192.168.1.20:8883',
    )
  if (furtherAccounts(home).length > 0)
    throw new KeysideError(
      'accounts_need_bot',
      `${home} has several accounts, and a bot on another host serves one of each home: make a home of its own for each, and pair the bot with them`,
    )
  const at = publicAddress(listen)
  if (listenForBot(home, at) === 'changed')
    throw new KeysideError(
      'pairing_restart_needed',
      `the home broker is to listen at ${listen} from now on, with TLS and a certificate of its own, and nobody is paired yet: stop "keyside up" and start it again, then run this command again`,
    )
  await reachHomeBroker(home, at)
  const { key } = await deviceSecrets(await openHomeKeychain(home, config))
  const pairing = await inviteBot({
    ...parts,
    home,
    authority: readSigningKey(pathOf(home, FILES.authorityKey)),
    device: key,
    url: config.home.url,
    trust: tlsTrust(config.home.tls),
    address: { host: bracketed(at.host), port: at.port, tls: pinOf(home) },
    valid,
    log: createLog({ program: 'keyside', level: 'silent' }),
    onLink: showLink,
    onSecond: () =>
      print(
        '',
        'A second bot came with this link: somebody else has it. Answer no, and begin anew.',
      ),
    confirm: (kid) => {
      print(
        '',
        'A bot has come. Its host shows a fingerprint; here it is:',
        '',
        `  ${grouped(kid)}`,
        '',
      )
      return confirm('Is it the same, to the last letter?')
    },
    pair: (publicKey) => takeBot(home, publicKey),
  })
  print(...ENDS[pairing])
  process.exitCode = pairing === 'paired' ? EXIT.ok : EXIT.failed
  // What is left of the terminal's input would keep it alive.
  process.exit()
}

const ENDS = {
  paired: [
    '',
    'Paired. The bot before it is shut out.',
    'Start "keyside up" here, anew if it runs: from then on the device obeys the new bot.',
  ],
  declined: ['Nothing was changed. The link counts no more.'],
  nobody_came: ['Nobody came with the link, and it counts no more.'],
}

function showLink(link: string, until: number): void {
  print(`For the host of the bot, once, until ${minute(until)}:`, '')
  if (process.stdout.isTTY) print(encodeQR(link, 'ascii', { ecc: 'low', border: 1 }))
  print(link, '', 'There: keyside pair, with this link in quotation marks. Waiting for it.')
}

/** Only this key speaks for the trader from now on. The bot that was here, if one was, has no section and no secrets any more. */
export function takeBot(home: string, key: string): void {
  editConfig(home, (config) => {
    config.setIn(['executor', 'bot'], config.createNode({ id: 'bot', key }))
    config.delete('bot')
    // Strategies come from the chat where engine and bot share a home, and nowhere else.
    if (config.has('engine')) config.deleteIn(['engine', 'bot'])
  })
  for (const file of [TOKENS.bot, FILES.botKey, FILES.telegramToken])
    rmSync(pathOf(home, file), { force: true })
}

const setUp = (home: string) => [
  `Paired. Set up in ${home}.`,
  '',
  'Next:',
  '  keyside up               start, and claim your bot',
]

const added = (name: string) => [
  `Paired. Your bot calls this device ${name}, and serves it as soon as it runs: nothing has to be started again here.`,
]

async function join(home: string, link: string, options: Options): Promise<void> {
  const read = parseInvitation(link.trim(), { now: systemClock.now() / 1_000, plaintext: false })
  if (!read.ok)
    throw new KeysideError(
      read.code,
      `${read.message}: run "keyside pair bot" at the device, and give its whole link in quotation marks`,
    )
  if (read.invitation.provider !== HOME)
    throw new KeysideError(
      'pairing_wrong_link',
      'this is the link of a provider, and a device follows it: run "keyside follow" there; a bot is paired with the link of "keyside pair bot"',
    )
  const isFirst = !hasBot(home)
  const name = await joinDevice({
    ...parts,
    home,
    invitation: read.invitation,
    botToken: isFirst ? await readBotToken(options.telegramTokenFile) : null,
    ...(options.name && { name: id.parse(options.name) }),
    ...(options.telegramAddress && { telegram: options.telegramAddress }),
    log: createLog({ program: 'keyside', level: 'silent' }),
    onKey: (kid) =>
      print(
        'The fingerprint of this bot, to be compared at the device:',
        '',
        `  ${grouped(kid)}`,
        '',
        'Waiting for the answer there.',
      ),
  })
  print('', ...(isFirst ? setUp(home) : added(name)))
  process.exit()
}
