// When each access token of a home ends: those of its programs, of its bot at each device, and of this device at each provider.
import { join } from 'node:path'
import { botConfig } from '@keyside/bot'
import { providerNames, readProvider, readToken } from '@keyside/executor'
import { isDue, loadConfig, readSecret, type TokenTimes, tokenTimes } from '@keyside/runtime'
import { environment } from '../terminal/config.ts'
import { day } from '../terminal/duration.ts'
import { type Client, TOKENS } from './home-files.ts'
import { clientsIn, PROGRAMS_FOLDER, programsIn } from './home-tokens.ts'
import { programsOf } from './roles.ts'

/** This long before its end a token that nobody renewed is reported, seconds. */
const SOON = 7 * 86_400

export interface AccessEnd {
  readonly whose: string
  /** Null where there is none that can be read. */
  readonly times: TokenTimes | null
  /** What to do where it is not renewed. */
  readonly remedy: string
}

const OWN = 'run "keyside up", which renews it each day, or "keyside init --renew"'

/** The one that ends first comes first. */
export function accessEnds(home: string): readonly AccessEnd[] {
  const programs = programsOf(home)
  const bots = programs.includes('bot') ? botEnds(home) : []
  const all = [
    ...clientsIn(home)
      .filter((client) => client !== 'bot' || bots.length === 0)
      .map((client) => own(home, client, TOKENS[client])),
    ...programsIn(home).map(({ program }) =>
      own(home, `program ${program}`, join(PROGRAMS_FOLDER, program, 'access.token')),
    ),
    ...bots,
    ...(programs.includes('executor') ? providerEnds(home) : []),
  ]
  return all.toSorted((a, b) => (a.times?.exp ?? 0) - (b.times?.exp ?? 0))
}

const own = (home: string, whose: Client | `program ${string}`, file: string): AccessEnd => ({
  whose,
  times: timesOf(() => readSecret(join(home, file))),
  remedy: OWN,
})

function botEnds(home: string): AccessEnd[] {
  const { devices } = loadConfig('bot', botConfig, home, environment)
  return Object.entries(devices).map(([name, { broker }]) => ({
    whose: `bot at ${name}`,
    times: timesOf(() => readSecret(join(home, broker.tokenFile))),
    remedy:
      broker.authority === undefined
        ? OWN
        : 'it is renewed while "keyside up" runs both here and at that device; once it has ended, pair the bot with it anew',
  }))
}

function providerEnds(home: string): AccessEnd[] {
  return providerNames(home)
    .filter((name) => readProvider(home, name).state !== 'removed')
    .map((name) => ({
      whose: `this device at ${name}`,
      times: timesOf(() => readToken(home, name)),
      remedy: `it is renewed while "keyside up" runs, unless the subscription ends then: ask ${name} to renew it; once it has ended, ask for a new link`,
    }))
}

function timesOf(read: () => string): TokenTimes | null {
  try {
    return tokenTimes(read())
  } catch {
    return null
  }
}

/** Missing tokens, and those that were not renewed in time. `now` in Unix seconds. */
export function endsSoon({ times }: AccessEnd, now: number): boolean {
  return times === null || (isDue(times, now) && times.exp - now < SOON)
}

/** Whose end when; those of one day together. */
export function accessText(all: readonly AccessEnd[]): string {
  const byEnd = new Map<string, string[]>()
  for (const { whose, times } of all) {
    const end = times === null ? 'without an access token' : `to ${day(times.exp)}`
    byEnd.set(end, [...(byEnd.get(end) ?? []), whose])
  }
  return [...byEnd].map(([end, names]) => `${names.join(', ')} ${end}`).join('; ')
}
