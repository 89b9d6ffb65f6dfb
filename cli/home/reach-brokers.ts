// Whether the brokers answer that the programs of a home need.
import { authorityConfig, currentKeyset } from '@keyside/authority'
import { botConfig } from '@keyside/bot'
import type { ExecutorConfig } from '@keyside/executor'
import {
  KeysideError,
  loadConfig,
  plaintextRefusal,
  reachBroker,
  systemClock,
  systemRandomBytes,
  tlsTrust,
} from '@keyside/runtime'
import { engineConfig } from '@keyside/strategy-engine'
import type { Program } from '../programs/program-names.ts'
import { environment } from '../terminal/config.ts'
import { executorSection } from './executor-section.ts'

/** Tries the broker of each program. Throws the error of the first that cannot be reached, or may not be used. */
export async function reachBrokers(home: string, programs: readonly Program[]): Promise<string> {
  const brokers = new Map(programs.flatMap((program) => linksOf(home, program)))
  for (const [url, { plaintext, tls }] of brokers) {
    const inClear = plaintextRefusal(url, plaintext)
    if (inClear !== null) throw new Error(inClear)
    await answers(url, tls)
  }
  return `${[...brokers.keys()].join(' and ')} answers`
}

/**
 * Whether each address of the keyset shows subscribers the key or the certificate that it promises. One that is not reached
 * from here says nothing: a router may stand before it. Throws what the first says that they refuse.
 */
export async function reachAddresses(home: string): Promise<string> {
  const config = loadConfig('authority', authorityConfig, home, environment)
  const parts = { home, config, clock: systemClock, randomBytes: systemRandomBytes }
  const found: string[] = []
  for (const { url, tls } of currentKeyset(parts).claims.addresses)
    try {
      await reachBroker(url, tlsTrust(tls), 3_000)
      found.push(`${url} is what the keyset says`)
    } catch (error) {
      if (!(error instanceof KeysideError)) throw error
      if (error.code !== 'broker_unreachable') throw new Error(refusedThere(url, error.message))
      found.push(`${url} is not reached from here`)
    }
  return found.join('; ')
}

function refusedThere(url: string, why: string): string {
  return `no subscriber connects to ${url}: ${why}; put the files of before back, or write what is there now into authority.addresses and run "keyside keyset renew": whoever is not connected then needs a new link`
}

type Link = Pick<ExecutorConfig['home'], 'url' | 'plaintext' | 'tls'>

function linksOf(home: string, program: Program): [string, Link][] {
  const links = (...all: Link[]) => all.map((link): [string, Link] => [link.url, link])
  switch (program) {
    case 'broker':
      return []
    case 'executor': {
      const { home: own, engine } = executorSection(home)
      return links(own, ...(engine ? [engine] : []))
    }
    case 'authority':
    case 'engine':
      return links(
        loadConfig(
          program,
          program === 'engine' ? engineConfig : authorityConfig,
          home,
          environment,
        ).broker,
      )
    case 'bot': {
      const { devices } = loadConfig('bot', botConfig, home, environment)
      return links(...Object.values(devices).map(({ broker }) => broker))
    }
  }
}

async function answers(url: string, tls: string): Promise<void> {
  try {
    await reachBroker(url, tlsTrust(tls), 3_000)
  } catch (error) {
    if (!(error instanceof KeysideError) || error.code !== 'broker_unreachable') throw error
    throw new Error(`${error.message}; run "keyside up" or "keyside broker"`)
  }
}
