// keyside providers: whom this device follows, and the way out.
import {
  markRemoved,
  providerNames,
  readProvider,
  readToken,
  removeProviderKey,
} from '@keyside/executor'
import { HOME } from '@keyside/protocol'
import { keysideHome, systemClock, tokenTimes } from '@keyside/runtime'
import type { Command } from 'commander'
import { executorSection, openHomeKeychain } from '../home/home-keychain.ts'
import { day } from '../terminal/duration.ts'
import { grouped } from '../terminal/fingerprint.ts'
import { print, printJson, table } from '../terminal/print.ts'
import { confirm } from '../terminal/prompt.ts'

export function addProviders(program: Command): void {
  const providers = program
    .command('providers')
    .description('whom this device follows: list, remove')
  providers
    .command('list')
    .description('each with its plans, its end, its fingerprint and its access')
    .option('--json', 'for a program', false)
    .addHelpText('after', '\nExample:\n  keyside providers list --json')
    .action(({ json }: { json: boolean }) => list(json))
  providers
    .command('remove')
    .argument('<name>')
    .description('follow it no more; what you hold of it is looked after as before')
    .option('--yes', 'do not ask', false)
    .addHelpText('after', '\nExample:\n  keyside providers remove acme')
    .action((name: string, { yes }: { yes: boolean }) => remove(name, yes))
}

interface Listed {
  readonly name: string
  readonly state: 'followed' | 'damaged'
  readonly fingerprint?: string
  readonly plans?: readonly string[]
  /** Seconds since 1970. */
  readonly until?: number
  /** When its access token ends, seconds since 1970; it renews itself before. */
  readonly access?: number | null
  readonly broker?: string
}

function list(json: boolean): void {
  const home = keysideHome()
  const { engine } = executorSection(home)
  const own: Listed[] = engine
    ? [{ name: HOME, state: 'followed', plans: engine.plans, broker: engine.url }]
    : []
  const all = [...own, ...providerNames(home).flatMap((name) => listed(home, name))]
  if (json) printJson({ providers: all })
  else if (all.length === 0)
    print('No provider is followed: ask one for a link, then run "keyside follow".')
  else print(...all.flatMap(linesOf))
}

function listed(home: string, name: string): Listed[] {
  const found = readProvider(home, name)
  if (found.state === 'damaged') return [{ name, state: 'damaged' }]
  if (found.state !== 'followed') return []
  const { root, plans, until, address } = found.record
  const access = accessOf(home, name)
  // A subscription that was renewed shows in a token that lasts longer.
  const end = Math.max(until, access ?? 0)
  const about = { fingerprint: root, plans, until: end, access, broker: address.url }
  return [{ name, state: 'followed', ...about }]
}

function accessOf(home: string, name: string): number | null {
  try {
    return tokenTimes(readToken(home, name))?.exp ?? null
  } catch {
    return null
  }
}

function linesOf({ name, state, fingerprint, plans, until, access, broker }: Listed): string[] {
  if (state === 'damaged')
    return [`${name}: its folder is not what Keyside wrote: restore it, or follow it again`, '']
  return [
    name,
    ...table([
      ['  plans', plans?.join(', ') ?? ''],
      ...(until === undefined ? [] : [['  until', day(until)]]),
      ...(access === undefined ? [] : [['  access', accessText(access)]]),
      ['  broker', broker ?? ''],
      ...(fingerprint === undefined ? [] : [['  fingerprint', grouped(fingerprint)]]),
    ]),
    '',
  ]
}

function accessText(ends: number | null): string {
  if (ends === null) return 'none: follow it again with a new link'
  const left = ends - systemClock.now() / 1_000
  return left > 0 ? `to ${day(ends)}, renews itself` : `ended on ${day(ends)}: ask for a new link`
}

async function remove(name: string, yes: boolean): Promise<void> {
  const home = keysideHome()
  const config = executorSection(home)
  if (!yes && !(await confirm(`Follow ${name} no more?`))) return
  markRemoved(home, name, new Date(systemClock.now()))
  await removeProviderKey(await openHomeKeychain(home, config), name)
  print(
    `${name} is not followed any more. What you hold of it is looked after as before: stops, take-profits, time stops.`,
    'Its lines in policy.yaml stay until you take them out.',
  )
}
