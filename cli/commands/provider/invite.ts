// keyside invite: a link with which one device becomes a subscriber, as text and as a QR code.
import type { InviteInput, Provider } from '@keyside/authority'
import { seconds } from '@keyside/protocol'
import { systemClock } from '@keyside/runtime'
import { type Command, InvalidArgumentError, Option } from 'commander'
import encodeQR from 'qr'
import { EXIT } from '../../programs/exit.ts'
import { isAlive } from '../../programs/heartbeat.ts'
import { keysetReminder, type ProviderHome, withProvider } from '../../provider/provider-home.ts'
import { day, days, duration, minute } from '../../terminal/duration.ts'
import { grouped } from '../../terminal/fingerprint.ts'
import { print, printJson } from '../../terminal/print.ts'

const VALID = 600
const SUBSCRIPTION_DAYS = 365
const LOOK_MS = 250

interface Options {
  plans?: string[]
  days?: number
  valid: number
  replace: boolean
  wait: boolean
  json: boolean
}

export function addInvite(program: Command): void {
  program
    .command('invite')
    .argument('<name>', 'what you call the subscriber: letters, digits and "-"', name)
    .description('a link with which one device becomes a subscriber of yours')
    .option('--plans <plans>', 'what it subscribes to, such as trend,swing', plans)
    .option(
      '--days <days>',
      `how long the subscription lasts; ${SUBSCRIPTION_DAYS} by default`,
      days,
    )
    .addOption(
      new Option('--valid <time>', 'how long the link can be used, such as 10m or 7d')
        .argParser(duration)
        .default(VALID, '10m'),
    )
    .option('--replace', 'for a device that is lost: it is shut out at once', false)
    .option('--no-wait', 'do not wait until it is used')
    .option('--json', 'for a program; does not wait', false)
    .addHelpText('after', HELP)
    .action((client: string, options: Options) =>
      withProvider((provider, home) => run(client, options, provider, home)),
    )
}

const HELP = `
Whoever has the link can take the subscription, once: send it where only its reader sees it.
Examples:
  keyside invite alice --plans trend --days 365
  keyside invite alice --plans trend --valid 7d     for a link that is sent by mail
  keyside invite alice --replace                    same plans and end, another device`

function name(text: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,31}$/.test(text)) return text
  throw new InvalidArgumentError('expected 1 to 32 of a-z, 0-9 and "-"')
}

function plans(text: string): string[] {
  return text.split(',').map((plan) => plan.trim())
}

async function run(
  client: string,
  options: Options,
  provider: Provider,
  parts: ProviderHome,
): Promise<void> {
  const { valid, replace, wait, json } = options
  const invited = provider.invite({
    client,
    valid,
    replace,
    ...wantedOf(options, provider, client),
  })
  if (json) {
    printJson({ name: client, ...invited })
    return
  }
  if (replace) print(`The device that was ${client}'s is shut out.`, '')
  print(`For ${client}, once, until ${minute(invited.expires)}:`, '')
  if (process.stdout.isTTY) print(encodeQR(invited.link, 'ascii', { ecc: 'low', border: 1 }))
  print(invited.link, '', 'On the device: keyside follow, with this link in quotation marks.')
  print(...keysetReminder(parts))
  if (!isAlive(parts.home, 'authority', systemClock.now()))
    print('', 'The authority does not run here: start it, or the link cannot be used.')
  if (wait) await waitForUse(provider, invited.id, client)
}

/** Left out, they are those of the device that is replaced. */
function wantedOf(
  { plans: list, days: count, replace }: Options,
  provider: Provider,
  client: string,
): Pick<InviteInput, 'plans' | 'until'> {
  const known = provider.subscribers().find((each) => each.client === client)
  const lasts = count ?? (replace && known ? undefined : SUBSCRIPTION_DAYS)
  const until = lasts && Math.round(seconds(systemClock.now())) + lasts * 86_400
  return { ...(list && { plans: list }), ...(until !== undefined && { until }) }
}

/** Ctrl-C ends the waiting; the link stays good. */
async function waitForUse(provider: Provider, id: string, client: string): Promise<void> {
  print('Waiting until it is used. Ctrl-C ends the waiting, and the link stays good.')
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  for (let ended = false; !ended; ) {
    const invitation = provider.invitation(id)
    if (invitation?.state === 'used') {
      print(...usedLines(provider, client))
      return
    }
    if (invitation?.state !== 'open' || seconds(systemClock.now()) >= invitation.expires) {
      print('It was not used, and counts no more.')
      process.exitCode = EXIT.failed
      return
    }
    ended = await Promise.race([
      stopped.then(() => true),
      new Promise<false>((done) => systemClock.after(LOOK_MS, () => done(false))),
    ])
  }
  print('', 'Still good: keyside subscribers list shows when it is used.')
}

function usedLines(provider: Provider, client: string): string[] {
  const found = provider.subscribers().find((each) => each.client === client)
  if (found === undefined) return []
  return [
    `${client} is a subscriber until ${day(found.until)}: ${found.plans.join(', ')}.`,
    `Its device has the key ${grouped(found.kid)}: compare it with what "keyside follow" shows there.`,
  ]
}
