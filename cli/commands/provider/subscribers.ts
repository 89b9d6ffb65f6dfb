// keyside subscribers: who they are, who is connected, how long each subscription lasts, and how to remove one.
import type { Provider } from '@keyside/authority'
import { seconds } from '@keyside/protocol'
import { systemClock } from '@keyside/runtime'
import type { Command } from 'commander'
import { keysetReminder, type ProviderHome, withProvider } from '../../provider/provider-home.ts'
import { day, days, minute } from '../../terminal/duration.ts'
import { print, printJson, table } from '../../terminal/print.ts'
import { requireConfirm } from '../../terminal/prompt.ts'

export function addSubscribers(program: Command): void {
  const subscribers = program
    .command('subscribers')
    .description('who follows this provider: list, remove, renew')
  subscribers
    .command('list')
    .description(
      'each with its plans, its end, when it was last seen, and its versions of the wire',
    )
    .option('--json', 'for a program', false)
    .addHelpText('after', '\nExample:\n  keyside subscribers list')
    .action(({ json }: { json: boolean }) => withProvider((...parts) => list(json, ...parts)))
  subscribers
    .command('remove')
    .argument('<name>')
    .description('shut a subscriber out: it is off within a second')
    .option('--yes', 'do not ask', false)
    .addHelpText('after', '\nExample:\n  keyside subscribers remove alice')
    .action((name: string, { yes }: { yes: boolean }) =>
      withProvider((provider) => remove(provider, name, yes)),
    )
  subscribers
    .command('renew')
    .argument('<name>')
    .description('let a subscription last longer: nothing is to do at the device')
    .requiredOption('--days <days>', 'how many more', days)
    .addHelpText('after', '\nExample:\n  keyside subscribers renew alice --days 365')
    .action((name: string, options: { days: number }) =>
      withProvider((provider) => {
        const { until } = provider.renew(name, options.days)
        print(`${name} is a subscriber until ${day(until)}.`)
      }),
    )
}

function list(json: boolean, provider: Provider, parts: ProviderHome): void {
  const rows = rowsOf(provider)
  if (json) {
    printJson(rows)
    return
  }
  const open = provider.openInvitations()
  if (rows.length === 0 && open.length === 0)
    print('Nobody yet: keyside invite <name> --plans <plans> makes a link.')
  else
    print(
      ...table([
        ['name', 'plans', 'until', 'state', 'wire', ''],
        ...rows.map(({ name, plans, until, state, seen, wire, warning }) => [
          name,
          plans.join(','),
          day(until),
          state === 'connected' || seen === null ? state : `${state}, last seen ${minute(seen)}`,
          wire.join(','),
          warning ?? '',
        ]),
        ...open.map(({ client, plans, until, expires }) => [
          client,
          plans.join(','),
          day(until),
          `invited, link good until ${minute(expires)}`,
          '',
          '',
        ]),
      ]).map((line) => line.trimEnd()),
    )
  print(...keysetReminder(parts))
}

interface Row {
  readonly name: string
  readonly plans: readonly string[]
  /** End of the subscription, Unix seconds. */
  readonly until: number
  readonly state: 'connected' | 'away' | 'never connected' | 'removed' | 'ended'
  /** When it was last heard of, Unix seconds. */
  readonly seen: number | null
  /** The versions of the wire that it speaks. */
  readonly wire: readonly number[]
  /** Thumbprint of the device's key. */
  readonly key: string
  readonly warning: string | null
}

function rowsOf(provider: Provider): Row[] {
  const now = seconds(systemClock.now())
  return provider.subscribers().map((subscriber): Row => {
    const { client, plans, until, presence, seen, versions, removed, kid } = subscriber
    const others = provider.secondDevices(client)
    return {
      name: client,
      plans,
      until,
      state: stateOf(),
      seen,
      wire: versions,
      key: kid,
      warning:
        others > 0
          ? `somebody else came with the link, ${others === 1 ? 'once' : `${others} times`}`
          : null,
    }
    function stateOf(): Row['state'] {
      if (removed !== null) return 'removed'
      if (now >= until) return 'ended'
      if (presence === 'online') return 'connected'
      return seen === null ? 'never connected' : 'away'
    }
  })
}

async function remove(provider: Provider, name: string, yes: boolean): Promise<void> {
  provider.requireName(name)
  const question = `Shut ${name} out, now? Its device keeps managing what it holds, without your signals.`
  if (!yes) await requireConfirm(question, `${name} stays a subscriber`)
  provider.remove(name)
  print(`${name} is shut out. A new link lets it in again: keyside invite ${name}.`)
}
