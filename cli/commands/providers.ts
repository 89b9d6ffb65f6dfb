// keyside providers: whom this device follows, and how to stop following one.
import { resolve } from 'node:path'
import {
  markRemoved,
  type ProviderStatus,
  providerNames,
  readHeldKeyset,
  readProvider,
  readToken,
  removeProviderKey,
  requireProvider,
  sentenceOf,
  statusInJournal,
} from '@keyside/executor'
import { HOME } from '@keyside/protocol'
import { keysideHome, systemClock, tokenTimes } from '@keyside/runtime'
import type { Command } from 'commander'
import { executorSection } from '../home/executor-section.ts'
import { openHomeKeychain } from '../home/home-keychain.ts'
import { day } from '../terminal/duration.ts'
import { grouped } from '../terminal/fingerprint.ts'
import { print, printJson, table } from '../terminal/print.ts'
import { requireConfirm } from '../terminal/prompt.ts'

export function addProviders(program: Command): void {
  const providers = program
    .command('providers')
    .description('whom this device follows: list, remove')
  providers
    .command('list')
    .description(
      'each with its plans, how it stands, its fingerprint, and how long this device has access',
    )
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
  /** Of the root in force, which another one may have followed since it was pinned. */
  readonly fingerprint?: string
  readonly plans?: readonly string[]
  /** As the executor told it last; null where it has told nothing since it was followed. */
  readonly status?: ProviderStatus | null
  /** When the access token in hand ends, seconds since 1970. While the subscription lasts, a new one comes before. */
  readonly access?: number | null
  /** Where the keyset says that it is, the first one first. */
  readonly brokers?: readonly string[]
  /** Of each plan that has some: the version that was accepted, null for none, and the one of the keyset. */
  readonly terms?: readonly { plan: string; accepted: number | null; now: number }[]
}

function list(json: boolean): void {
  const home = keysideHome()
  const { engine, database } = executorSection(home)
  const journal = resolve(home, database)
  const own: Listed[] = engine
    ? [{ name: HOME, state: 'followed', plans: engine.plans, brokers: [engine.url] }]
    : []
  const all = [...own, ...providerNames(home).flatMap((name) => listed(home, name, journal))]
  if (json) printJson({ providers: all })
  else if (all.length === 0)
    print('No provider is followed: ask one for a link, then run "keyside follow".')
  else print(...all.flatMap(linesOf))
}

function listed(home: string, name: string, journal: string): Listed[] {
  const found = readProvider(home, name)
  if (found.state === 'damaged') return [{ name, state: 'damaged' }]
  if (found.state !== 'followed') return []
  const { root, plans, address, followedAt } = found.record
  const held = readHeldKeyset(home, name, found.record, systemClock.now() / 1_000)
  const keyset = held?.claims
  const brokers = (keyset?.addresses ?? [address]).map(({ url }) => url)
  const accepted = new Map(found.record.terms.map(({ plan, version }) => [plan, version]))
  const terms = (keyset?.plans ?? []).flatMap(({ plan, terms: of }) =>
    of === undefined || !plans.includes(plan)
      ? []
      : [{ plan, accepted: accepted.get(plan) ?? null, now: of.version }],
  )
  const status = statusInJournal(journal, name, Date.parse(followedAt))
  const about = {
    fingerprint: held?.root ?? root,
    plans,
    access: accessOf(home, name),
    brokers,
    terms,
  }
  return [{ name, state: 'followed', status, ...about }]
}

function accessOf(home: string, name: string): number | null {
  try {
    return tokenTimes(readToken(home, name))?.exp ?? null
  } catch {
    return null
  }
}

function linesOf({
  name,
  state,
  fingerprint,
  plans,
  status,
  access,
  brokers,
  terms,
}: Listed): string[] {
  if (state === 'damaged')
    return [`${name}: its folder is not what Keyside wrote: restore it, or follow it again`, '']
  return [
    name,
    ...table([
      ['  plans', plans?.join(', ') ?? ''],
      ...(status == null || status === 'followed'
        ? []
        : [['  stands', sentenceOf(`provider_${status}`)]]),
      ...(access === undefined ? [] : [['  access', accessText(access)]]),
      ...(terms ?? []).map((each) => ['  terms', termsText(each)] as const),
      ['  broker', brokers?.join(' or ') ?? ''],
      ...(fingerprint === undefined ? [] : [['  fingerprint', grouped(fingerprint)]]),
    ]),
    '',
  ]
}

function termsText({ plan, accepted, now }: NonNullable<Listed['terms']>[number]): string {
  if (accepted === now) return `${plan}: version ${now}, accepted`
  const agreed = accepted === null ? 'none were accepted' : `version ${accepted} was accepted`
  return `${plan}: version ${now}; ${agreed}, and goes on until you follow it with a new link, which shows the others`
}

function accessText(ends: number | null): string {
  if (ends === null) return 'none: follow it again with a new link'
  const left = ends - systemClock.now() / 1_000
  return left > 0 ? `to ${day(ends)}` : `ended on ${day(ends)}: ask for a new link`
}

async function remove(name: string, yes: boolean): Promise<void> {
  const home = keysideHome()
  const config = executorSection(home)
  requireProvider(home, name)
  if (!yes) await requireConfirm(`Follow ${name} no more?`, `${name} is followed as before`)
  // Before anything is changed: a wrong passphrase leaves all as it was.
  const keychain = await openHomeKeychain(home, config)
  markRemoved(home, name, new Date(systemClock.now()))
  await removeProviderKey(keychain, name)
  print(
    `${name} is not followed any more. What you hold of it is looked after as before: stops, take-profits, time stops.`,
    'Its lines in policy.yaml stay until you take them out.',
  )
}
