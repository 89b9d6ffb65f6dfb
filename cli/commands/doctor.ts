// keyside doctor: what is missing before this device can trade, one line each.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { botConfig, checkTelegram } from '@keyside/bot'
import {
  codeSecret,
  createVenue,
  type Exchange,
  exchangeKeys,
  type Keychain,
  policyState,
  sentenceOf,
  verifyJournal,
} from '@keyside/executor'
import {
  isOpenToOthers,
  KeysideError,
  keysideHome,
  loadConfig,
  plaintextRefusal,
  reachBroker,
  systemClock,
  tlsTrust,
} from '@keyside/runtime'
import type { Command } from 'commander'
import { executorSection, openHomeKeychain } from '../home/home-keychain.ts'
import { silentDeps, venueLineOf } from '../home/venue-info.ts'
import { EXIT } from '../programs/run-program.ts'
import { environment } from '../terminal/config.ts'
import { checkKeyRights } from '../terminal/key-check.ts'
import { print, printJson, table } from '../terminal/print.ts'

interface Finding {
  readonly check: string
  readonly ok: boolean
  readonly text: string
}

type Check = () => Promise<string> | string

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check this machine, and say what to do about each thing that is missing')
    .option('--json', 'for a program', false)
    .addHelpText('after', '\nExit status 0 only if nothing is missing.\nExample:\n  keyside doctor')
    .action(async ({ json }: { json: boolean }) => {
      const findings = await examine(keysideHome())
      if (json) printJson(findings)
      else
        print(...table(findings.map(({ check, ok, text }) => [ok ? 'ok' : 'MISSING', check, text])))
      process.exitCode = findings.every(({ ok }) => ok) ? EXIT.ok : EXIT.failed
    })
}

async function examine(home: string): Promise<Finding[]> {
  let keychain: Keychain | null = null
  const checks: [string, Check][] = [
    ['runtime', () => runtime()],
    ['config', () => config(home)],
    ['home', () => closed(home)],
    [
      'keychain',
      async () => {
        keychain = await openHomeKeychain(home)
        return `opened: ${keychain.kind}`
      },
    ],
    ['exchange', () => venueLineOf(home)],
    ['exchange key', () => keyRights(home, keychain)],
    ['markets', () => markets(home, keychain)],
    ['policy', () => policy(home)],
    ['code', () => approvalCode(home, keychain)],
    ['journal', () => journal(home)],
    ['bot token', () => botToken(home)],
    ['broker', () => broker(home)],
  ]
  const findings: Finding[] = []
  for (const [check, run] of checks) {
    const finding = await find(check, run)
    findings.push(finding)
    // The later checks would fail for the same reason.
    if (check === 'config' && !finding.ok) break
  }
  return findings
}

async function find(check: string, run: Check): Promise<Finding> {
  try {
    return { check, ok: true, text: await run() }
  } catch (error) {
    return { check, ok: false, text: error instanceof Error ? error.message : String(error) }
  }
}

function runtime(): string {
  const major = Number(process.versions.node.split('.')[0])
  if (major < 26)
    throw new Error(`Node ${process.version}: run it with npx keyside, which brings Node 26`)
  return `Node ${process.version}`
}

function config(home: string): string {
  executorSection(home)
  return join(home, 'config.yaml')
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
  const keys = await exchangeKeys(keychain, name)
  if (keys === null) throw new Error(`account "${name}" has no key: run "keyside keys add"`)
  return createVenue(exchange, keys, silentDeps(home))
}

async function keyRights(home: string, keychain: Keychain | null): Promise<string> {
  const exchange = await account(home, keychain)
  const asked = await exchange.keyRights()
  await exchange.stop()
  if (!asked.ok) throw new Error(`the exchange did not answer: ${asked.message}`)
  const { refusal } = checkKeyRights(asked.value, systemClock.now())
  if (refusal !== undefined) throw new Error(refusal.message)
  return 'may trade, and nothing that takes money away'
}

/** One that is gone or halted takes down itself alone, and its orders. */
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

/** Large orders are refused without one, which is safe and not what the trader wants. */
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

async function botToken(home: string): Promise<string> {
  const config = loadConfig('bot', botConfig, home, environment)
  const checked = await checkTelegram(config, { home, clock: systemClock })
  if (checked.ok) return `of @${checked.username}, Telegram takes it`
  throw new Error(checked.message)
}

async function broker(home: string): Promise<string> {
  const { engine, home: own } = executorSection(home)
  const brokers = [own, ...(engine ? [engine] : [])]
  for (const { url, plaintext, tls } of brokers) {
    const inClear = plaintextRefusal(url, plaintext)
    if (inClear !== null) throw new Error(inClear)
    await answers(url, tls)
  }
  return `${[...new Set(brokers.map(({ url }) => url))].join(' and ')} answers`
}

async function answers(url: string, tls: string): Promise<void> {
  try {
    await reachBroker(url, tlsTrust(tls), 3_000)
  } catch (error) {
    if (!(error instanceof KeysideError) || error.code !== 'broker_unreachable') throw error
    throw new Error(`${error.message}; run "keyside up" or "keyside broker"`)
  }
}
