// What is missing before this device can trade, one line each.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { authorityConfig, currentKeyset, keysetTime } from '@keyside/authority'
import { botConfig, checkTelegram } from '@keyside/bot'
import { brokerConfig } from '@keyside/broker'
import {
  codeSecret,
  type Exchange,
  executorConfig,
  type Keychain,
  lookAtVenue,
  PAPER,
  policyState,
  providerNames,
  readProvider,
  sentenceOf,
  statusInJournal,
  verifyJournal,
} from '@keyside/executor'
import { seconds } from '@keyside/protocol'
import {
  commandsFor,
  isOpenToOthers,
  KeysideError,
  loadConfig,
  systemClock,
  systemRandomBytes,
} from '@keyside/runtime'
import { engineConfig } from '@keyside/strategy-engine'
import { accessEnds, accessText, endsSoon } from '../home/access-ends.ts'
import { furtherAccounts } from '../home/accounts.ts'
import { environmentOf } from '../home/environment-of.ts'
import { executorSection } from '../home/executor-section.ts'
import { homeKeychains, homeKeys } from '../home/home-keychain.ts'
import { reachAddresses, reachBrokers } from '../home/reach-brokers.ts'
import { programsOf } from '../home/roles.ts'
import { silentDeps, venueLineOf } from '../home/venue-info.ts'
import { wallsReport } from '../programs/walls-report.ts'
import { environment } from '../terminal/config.ts'
import { checkKeyRights } from '../terminal/key-check.ts'
import { withUnreadProxy } from './unread-proxy.ts'

/** Of config.yaml, each with what it may say. */
export const SECTIONS = {
  broker: brokerConfig,
  authority: authorityConfig,
  engine: engineConfig,
  executor: executorConfig,
  bot: botConfig,
}

export interface Finding {
  readonly check: string
  readonly ok: boolean
  readonly text: string
}

type Check = () => Promise<string> | string

export interface Examined {
  /** Of an account beside the home's own; null for the home. */
  readonly account: string | null
  readonly home: string
  readonly findings: readonly Finding[]
}

/** The home, and each account beside its own; with `account` that one alone, which is the home then. */
export async function examineAll(home: string, account: string | undefined): Promise<Examined[]> {
  const open = homeKeychains()
  const others = account === undefined ? furtherAccounts(home) : []
  const own = await examine(home, open)
  const examined: Examined[] = [
    { account: null, home, findings: others.length === 0 ? own : named(ownName(home), own) },
  ]
  for (const one of others) {
    const findings = named(one.name, await examine(one.home, open))
    examined.push({ account: one.name, home: one.home, findings })
  }
  return examined
}

/** Null where the file that names it cannot be read, which is a finding itself. */
function ownName(home: string): string | null {
  try {
    return executorSection(home).account
  } catch {
    return null
  }
}

/** So that each command can be typed as it stands. */
function named(account: string | null, findings: readonly Finding[]): Finding[] {
  return findings.map((finding) => ({ ...finding, text: commandsFor(account, finding.text) }))
}

type Open = (home: string) => Promise<Keychain>

async function examine(home: string, open: Open): Promise<Finding[]> {
  const first = [await find('runtime', runtime), await find('config', () => config(home))]
  // The later checks are left out: they would fail for the same reason.
  if (!first.every(({ ok }) => ok)) return first
  const programs = programsOf(home)
  const checks: [string, Check][] = [
    ['home', () => closed(home)],
    ['walls', () => wallsReport(home, programs, environment)],
    ...(programs.includes('executor') ? deviceChecks(home, open) : []),
    ...(programs.includes('bot') ? [['bot token', () => botToken(home)] as [string, Check]] : []),
    ...(programs.includes('authority') ? providerChecks(home) : []),
    ['access', () => access(home)],
    ['broker', () => reachBrokers(home, programs)],
  ]
  const findings: Finding[] = []
  for (const [check, run] of checks) findings.push(await find(check, run))
  return [...first, ...findings]
}

function providerChecks(home: string): [string, Check][] {
  return [
    ['keyset', () => keyset(home)],
    ['addresses', () => reachAddresses(home)],
  ]
}

/** Of the device that has the keys. */
function deviceChecks(home: string, open: Open): [string, Check][] {
  let keychain: Keychain | null = null
  return [
    [
      'keychain',
      async () => {
        keychain = await open(home)
        return `opened: ${keychain.kind}`
      },
    ],
    ['exchange', () => venueLineOf(home)],
    ['exchange key', () => keyRights(home, keychain)],
    ['markets', () => markets(home, keychain)],
    ['policy', () => policy(home)],
    ['code', () => approvalCode(home, keychain)],
    ['journal', () => journal(home)],
    ...(providerNames(home).length === 0
      ? []
      : [['providers', () => providers(home)] as [string, Check]]),
  ]
}

async function find(check: string, run: Check): Promise<Finding> {
  try {
    return { check, ok: true, text: await run() }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { check, ok: false, text: withUnreadProxy(check, message, environment) }
  }
}

function runtime(): string {
  const major = Number(process.versions.node.split('.')[0])
  if (major < 26)
    throw new Error(
      `Node ${process.version}: run it with Node 26, which npm ci brings to its source`,
    )
  return `Node ${process.version}`
}

/** All of it: a mistake in one section is that program's alone, and is found here before it starts. */
function config(home: string): string {
  const programs = programsOf(home)
  if (programs.length === 0)
    throw new Error(
      `${join(home, 'config.yaml')} has no section of a program: run "keyside init" in another KEYSIDE_HOME`,
    )
  for (const program of programs) loadConfig(program, SECTIONS[program], home, environmentOf(home))
  return `${join(home, 'config.yaml')}: ${programs.join(', ')}`
}

/** A home of one's own is closed at the start of every command. */
function closed(home: string): string {
  if (isOpenToOthers(home))
    throw new Error(`others may look into ${home}: run chmod 700 ${home}, as its owner`)
  return `${home}, closed to others`
}

async function account(home: string, keychain: Keychain | null): Promise<Exchange> {
  if (keychain === null) throw new Error('cannot be checked before the keychain opens')
  const { account: name, exchange } = executorSection(home)
  return lookAtVenue(exchange, () => homeKeys(home, name, keychain), silentDeps(home))
}

async function keyRights(home: string, keychain: Keychain | null): Promise<string> {
  if (executorSection(home).exchange.name === PAPER)
    return 'none is needed: this home trades on paper'
  const exchange = await account(home, keychain)
  const asked = await exchange.keyRights()
  await exchange.stop()
  if (!asked.ok && asked.code !== undefined)
    throw new Error(`${asked.message}: look at the key and its IP list there`)
  if (!asked.ok) throw new Error(`the exchange did not answer: ${asked.message}`)
  const { refusal } = checkKeyRights(asked.value, systemClock.now())
  if (refusal !== undefined) throw new Error(refusal.message)
  return 'may trade, and nothing that takes money away'
}

/** A market that is gone or halted affects only itself and its orders. */
async function markets(home: string, keychain: Keychain | null): Promise<string> {
  const { database, policy: file } = executorSection(home)
  const found = policyState({ home, database, policy: file }, systemClock.now())
  const listed = (found.inForce ?? found.policy).markets
  const exchange = await account(home, keychain)
  try {
    await exchange.start(listed)
    const away = listed.filter((market) => exchange.rules(market)?.status !== 'trading')
    if (away.length === 0) return `${listed.join(', ')}: all traded`
    throw new Error(
      `${away.join(', ')}: not traded at the exchange now; nothing is bought there, take it out of policy.yaml if it stays away`,
    )
  } finally {
    await exchange.stop()
  }
}

function policy(home: string): string {
  const { database, policy: file } = executorSection(home)
  const { state } = policyState({ home, database, policy: file }, systemClock.now())
  if (state === 'accepted') return 'accepted'
  if (state === 'waits') return 'accepted, and not yet in force: see keyside policy show'
  throw new KeysideError('policy_not_accepted', 'run "keyside policy accept"')
}

/** Without one, large orders are refused: safe, but not what the trader wants. */
async function approvalCode(home: string, keychain: Keychain | null): Promise<string> {
  if (keychain === null) throw new Error('cannot be checked before the keychain opens')
  const { database, policy: file } = executorSection(home)
  const { inForce, policy } = policyState({ home, database, policy: file }, systemClock.now())
  const { codeAbove } = inForce ?? policy
  if (codeAbove === 'never') return 'the policy asks for none'
  if ((await codeSecret(keychain)) === null)
    throw new Error(
      `code_above is ${codeAbove} and there is no authenticator: run "keyside code add"`,
    )
  return `your authenticator, for orders above ${codeAbove}`
}

function journal(home: string): string {
  const path = resolve(home, executorSection(home).database)
  if (!existsSync(path)) return 'none yet'
  const { events, brokenAt, snapshot, restored } = verifyJournal(path)
  if (brokenAt !== null)
    throw new Error(`entry ${brokenAt} was changed: see keyside journal verify`)
  if (snapshot === 'differs')
    throw new Error('its snapshot was changed: see keyside journal verify')
  if (restored) throw new KeysideError('journal_restored', sentenceOf('journal_restored'))
  return `${events} entries, unbroken`
}

/** Each as the executor told it last, and one whose folder cannot be read. */
function providers(home: string): string {
  const journal = resolve(home, executorSection(home).database)
  const all = providerNames(home).flatMap((name) => {
    const found = readProvider(home, name)
    if (found.state === 'damaged') return [{ name, wrong: found.message }]
    if (found.state !== 'followed') return []
    const status = statusInJournal(journal, name, Date.parse(found.record.followedAt))
    const wrong = status === null || status === 'followed' ? null : sentenceOf(`provider_${status}`)
    return [{ name, wrong }]
  })
  const wrong = all.flatMap(({ name, wrong }) => (wrong === null ? [] : [`${name}: ${wrong}`]))
  if (wrong.length > 0) throw new Error(wrong.join('; '))
  return all.length === 0
    ? 'none is followed'
    : `${all.map(({ name }) => name).join(', ')} followed`
}

async function botToken(home: string): Promise<string> {
  const config = loadConfig('bot', botConfig, home, environment)
  const checked = await checkTelegram(config, { home, clock: systemClock })
  if (checked.ok) return `of @${checked.username}, Telegram takes it`
  throw new Error(checked.message)
}

function keyset(home: string): string {
  const config = loadConfig('authority', authorityConfig, home, environment)
  const parts = { home, config, clock: systemClock, randomBytes: systemRandomBytes }
  const { state, text } = keysetTime(currentKeyset(parts), seconds(systemClock.now()))
  if (state === 'in_time') return text
  throw new Error(text)
}

function access(home: string): string {
  const all = accessEnds(home)
  const now = seconds(systemClock.now())
  const soon = all.filter((end) => endsSoon(end, now))
  if (soon.length === 0) return accessText(all)
  throw new Error(soon.map((end) => `${accessText([end])}: ${end.remedy}`).join('; '))
}
