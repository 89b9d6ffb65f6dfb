// keyside authority: lets subscribers in, and publishes the keyset of this provider.
import { authorityConfig } from '@keyside/authority'
import { startAuthority } from '@keyside/authority/start'
import { loadConfig, systemClock } from '@keyside/runtime'
import type { Command } from 'commander'
import { type ProgramContext, runProgram } from '../programs/run-program.ts'
import { environment } from '../terminal/config.ts'

const BROKER_TIMEOUT_MS = 5_000

export function addAuthority(program: Command): void {
  program
    .command('authority')
    .description('run the authority of a provider: enrolments, access, keyset')
    .addHelpText('after', '\nExample:\n  keyside authority')
    .action(() => runProgram('authority', start))
}

async function start({ home, log }: ProgramContext) {
  const config = loadConfig('authority', authorityConfig, home, environment)
  const { ready, stop } = startAuthority(config, { home, log, clock: systemClock })
  // A wrong token is an error of this start; a broker that is down is not.
  await Promise.race([
    ready,
    new Promise((done) => systemClock.after(BROKER_TIMEOUT_MS, () => done(null))),
  ])
  return { text: `subscribers and keyset of "${config.provider}"`, stop }
}
