// What somebody who helps needs to know of a home, as a text that its owner reads before it is sent. Only what is known to
// be harmless is in it: each part takes what it shows from a list, and nothing because it looks harmless.
import { existsSync, statfsSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { JOURNAL_FILE, journalSummary } from '@keyside/executor'
import { type Environment, ownCode, readConfigText } from '@keyside/runtime'
import { releaseKey, version } from '@keyside/runtime/installation'
import { wholeHome } from '../home/accounts.ts'
import { executorSection } from '../home/executor-section.ts'
import { programsOf } from '../home/roles.ts'
import { isAlive } from '../programs/heartbeat.ts'
import { thisMachine } from '../service/machine.ts'
import { serviceOf } from '../service/system-service.ts'
import type { Examined, Finding } from './examine.ts'
import { NAMES, shownCode } from './known-names.ts'
import { lastLines } from './last-lines.ts'
import { openRedactor, type Redactor } from './redactor.ts'
import { shownSettings, shownVariables } from './shown-settings.ts'

/** Newest of a journal. */
const CODED = 20

const HEAD = `Nothing was sent: this file is on your machine alone. Read it before you send it, and send it to somebody you trust.
It should hold no key, no token, no name, no address, no amount, no order and no signal. What is not known to be harmless
is left out, or is a mark such as [3], which stands for the same text wherever it comes. Look above all at the last log
lines; whatever you would rather keep to yourself, take out. It does tell which exchange, which programs, and when.`

export interface ReportParts {
  readonly examined: readonly Examined[]
  readonly environment: Environment
  readonly platform: NodeJS.Platform
  /** Unix ms. */
  readonly now: number
}

export function supportReport({ examined, environment, platform, now }: ReportParts): string {
  const words = openRedactor(ownCode(), NAMES)
  const [first] = examined
  const sections = [
    ['Versions and machine', machineLines(first?.home ?? '', platform)],
    ['Settings in the environment', [shownVariables(environment)]],
    ...examined.flatMap((one) => homeSections(one, words, now)),
    ...(first === undefined ? [] : lastLines(wholeHome(first.home), words)).map(
      ({ log, lines }) => [`Last log lines: ${log}`, lines] as const,
    ),
  ] as const
  return [
    `Keyside: a report for support, made ${instant(now)}`,
    HEAD,
    ...sections.map(([title, lines]) =>
      [`== ${title}`, ...(lines.length === 0 ? ['none'] : lines)].join('\n'),
    ),
  ]
    .map((part) => `${part}\n`)
    .join('\n')
}

function homeSections(
  { account, home, findings }: Examined,
  words: Redactor,
  now: number,
): readonly (readonly [string, readonly string[]])[] {
  const of = account === null ? '' : ` of account ${words.mark(account)}`
  return [
    [`Configuration${of}`, tried(() => shownSettings(readConfigText(home)))],
    [`Checked${of}`, findings.map((finding) => shownFinding(finding, words))],
    [`Programs${of}`, tried(() => programLines(home, now))],
    [`Journal${of}`, tried(() => journalLines(home))],
  ]
}

function machineLines(home: string, platform: NodeJS.Platform): readonly string[] {
  const [system = 'unknown'] = /^\d+(?:\.\d+)*/.exec(release()) ?? []
  return [
    `Keyside ${version()}, ${releaseKey() === null ? 'no signed release' : 'a release'}`,
    `Node ${process.versions.node}, OpenSSL ${process.versions.openssl}, SQLite ${process.versions['sqlite'] ?? 'unknown'}`,
    `${platform} ${process.arch}, system ${system}`,
    `${cpus().length} processors, ${gigabytes(totalmem())} GB of memory`,
    ...tried(() => {
      const { bavail, bsize } = statfsSync(home)
      return [`${gigabytes(bavail * bsize)} GB free where the home is`]
    }),
    ...tried(() => {
      const text = thisMachine.read(serviceOf(platform).file)
      return [text === null ? 'no service of this machine' : 'a service of this machine']
    }),
  ]
}

function shownFinding({ check, ok, text }: Finding, words: Redactor): string {
  return `${ok ? 'ok' : 'MISSING'} ${check}: ${words.show(text)}`
}

function programLines(home: string, now: number): readonly string[] {
  return programsOf(home).map(
    (name) => `${name}: ${isAlive(home, name, now) ? 'at work' : 'no sign of life within 15 s'}`,
  )
}

function journalLines(home: string): readonly string[] {
  const path = journalFile(home)
  if (!existsSync(path)) return []
  const { counts, coded } = journalSummary(path, CODED)
  const all = Object.entries(counts).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return [
    ...all.map(([kind, count]) => `${kind}: ${count}`),
    `the last with a code, ${coded.length}:`,
    ...coded.map(({ at, kind, code }) => `${instant(at)} ${kind} ${shownCode(code)}`),
  ]
}

/** Where config.yaml cannot be read: the usual place. */
function journalFile(home: string): string {
  try {
    return resolve(home, executorSection(home).database)
  } catch {
    return join(home, JOURNAL_FILE)
  }
}

/** A part that cannot be read is reported as such, and the report goes on: it is needed when something is broken. */
function tried(lines: () => readonly string[]): readonly string[] {
  try {
    return lines()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    return [`cannot be read: ${NAMES.has(code) ? code : 'another error'}`]
  }
}

function instant(ms: number): string {
  return new Date(ms).toISOString()
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(0)
}
