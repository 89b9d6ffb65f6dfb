// Whether the brokers answer that the programs of a home need.
import { authorityConfig } from '@keyside/authority'
import { botConfig } from '@keyside/bot'
import type { ExecutorConfig } from '@keyside/executor'
import { KeysideError, loadConfig, plaintextRefusal, reachBroker, tlsTrust } from '@keyside/runtime'
import { engineConfig } from '@keyside/strategy-engine'
import type { Program } from '../programs/program-names.ts'
import { environment } from '../terminal/config.ts'
import { executorSection } from './executor-section.ts'

/** Of all programs, one by one. Throws what the first says that is not reached, or may not be. */
export async function reachBrokers(home: string, programs: readonly Program[]): Promise<string> {
  const brokers = new Map(programs.flatMap((program) => linksOf(home, program)))
  for (const [url, { plaintext, tls }] of brokers) {
    const inClear = plaintextRefusal(url, plaintext)
    if (inClear !== null) throw new Error(inClear)
    await answers(url, tls)
  }
  return `${[...brokers.keys()].join(' and ')} answers`
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
